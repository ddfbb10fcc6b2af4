/* SPDX-License-Identifier: MIT */
#include "data/datasets/csv_columns.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "data/datasets/csv_names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 10000 };

dn_csv_value dn_csv_value_of(const char *text, float *known)
{
    char *end;
    *known = strtof(text, &end);
    while (*end == ' ')
        end++;
    if (text[strspn(text, " ")] == '\0')
        return DN_VALUE_BLANK;
    if (end == text || *end)
        return DN_VALUE_BAD;
    if (isnan(*known))
        return DN_VALUE_BLANK;
    if (*known == -1)
        return DN_VALUE_UNCERTAIN;
    return *known >= 0 && *known <= 1 ? DN_VALUE_KNOWN : DN_VALUE_BAD;
}

static const char *name_of(const dn_columns *columns, int column)
{
    return dn_name_list_get(&columns->names, column);
}

static dn_status read_header(dn_csv *csv, dn_columns *columns)
{
    bool found;
    DN_TRY(dn_csv_next(csv, &found));
    if (found && csv->fields.count == 1 && strchr(dn_name_list_get(&csv->fields, 0), ';'))
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: its header is separated by semicolons; a comma is expected between "
                       "fields, so save it as CSV with commas",
                       csv->path);
    if (!found || csv->fields.count < 2)
        return dn_fail(DN_ERROR_FORMAT, "%s: does not begin with a header image,LABEL,...",
                       csv->path);
    if (csv->fields.count > MOST_COLUMNS)
        return dn_fail(DN_ERROR_LIMIT, "%s: has %d columns, more than the limit of %d", csv->path,
                       csv->fields.count, MOST_COLUMNS);
    for (int i = 0; i < csv->fields.count; i++) {
        const char *name = dn_name_list_get(&csv->fields, i);
        for (int j = 0; j < i && name[0]; j++)
            if (strcmp(dn_name_list_get(&csv->fields, j), name) == 0)
                return dn_fail(DN_ERROR_FORMAT, "%s: two columns are named %s", csv->path, name);
        DN_TRY(dn_name_list_add(&columns->names, name, strlen(name)));
    }
    size_t count = (size_t)columns->names.count;
    DN_TRY(dn_calloc(count, sizeof *columns->labels, &columns->labels));
    return dn_calloc(count, sizeof *columns->all, &columns->all);
}

static dn_status count_row(const dn_csv *csv, dn_columns *columns)
{
    if (csv->fields.count != columns->names.count)
        return dn_fail(DN_ERROR_FORMAT, "%s: line %lld has %d field%s, the header has %d",
                       csv->path, (long long)csv->line, csv->fields.count,
                       dn_plural(csv->fields.count), columns->names.count);
    for (int i = 0; i < csv->fields.count; i++) {
        const char *field = dn_name_list_get(&csv->fields, i);
        float known;
        dn_csv_value value = dn_csv_value_of(field, &known);
        columns->all[i].filled += value != DN_VALUE_BLANK;
        columns->all[i].sound += value == DN_VALUE_KNOWN || value == DN_VALUE_UNCERTAIN;
        columns->all[i].barred = columns->all[i].barred || strchr(field, '|');
    }
    return DN_OK;
}

static dn_status count_fields(dn_csv *csv, dn_columns *columns)
{
    bool found;
    DN_TRY(read_header(csv, columns));
    for (;;) {
        DN_TRY(dn_csv_next(csv, &found));
        if (!found)
            return DN_OK;
        DN_TRY(count_row(csv, columns));
    }
}

static dn_status find_column(const char *path, const dn_columns *columns, const char *name,
                             int *column)
{
    for (*column = 0; *column < columns->names.count; ++*column)
        if (strcmp(name_of(columns, *column), name) == 0)
            return DN_OK;
    return dn_fail(DN_ERROR_ARGUMENT, "%s: has no column \"%s\"", path, name);
}

static dn_status find_image(const char *path, const char *asked, dn_columns *columns)
{
    columns->image = 0;
    if (asked)
        DN_TRY(find_column(path, columns, asked, &columns->image));
    for (int i = 0; i < columns->names.count && !asked; i++)
        if (dn_csv_names_image(name_of(columns, i))) {
            columns->image = i;
            break;
        }
    columns->all[columns->image].role = DN_COLUMN_IMAGE;
    return DN_OK;
}

static void add_label(dn_columns *columns, int column)
{
    columns->all[column].role = DN_COLUMN_LABEL;
    columns->labels[columns->label_count++] = column;
}

/* A name may occur among labels once, and not as the column of pictures. */
static dn_status take_label(const char *path, dn_columns *columns, const char *name)
{
    int column;
    DN_TRY(find_column(path, columns, name, &column));
    if (columns->all[column].role != DN_COLUMN_PASSED)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: the column \"%s\" is already the %s", path, name,
                       column == columns->image ? "pictures'" : "label's");
    add_label(columns, column);
    return DN_OK;
}

/* "A,B,C", quoted as in a CSV. */
static dn_status take_labels(const char *path, dn_columns *columns, const char *list)
{
    dn_csv row;
    bool found;
    dn_csv_begin("the columns of labels", list, strlen(list), &row);
    dn_status status = dn_csv_next(&row, &found);
    for (int i = 0; i < row.fields.count && status == DN_OK; i++)
        status = take_label(path, columns, dn_name_list_get(&row.fields, i));
    dn_csv_end(&row);
    return status;
}

static void take_single(dn_columns *columns, int column, const char *task)
{
    dn_column *taken = &columns->all[column];
    for (int i = 0; i < columns->names.count; i++)
        if (i != columns->image)
            columns->all[i].role = DN_COLUMN_PASSED;
    bool findings = task ? strcmp(task, "labels") == 0
                         : taken->barred || dn_csv_names_findings(name_of(columns, column));
    taken->role = findings ? DN_COLUMN_FINDINGS : DN_COLUMN_CLASS;
    columns->single = column;
}

/* Most of what it holds is not a label. */
static bool holds_other_things(const dn_column *column)
{
    return 2 * (int64_t)(column->filled - column->sound) > column->filled;
}

/* The one column that by name and content holds classes or findings, or -1. */
static int find_single(const dn_columns *columns)
{
    int found = -1;
    for (int i = 0; i < columns->names.count; i++) {
        const char *name = name_of(columns, i);
        if (i == columns->image)
            continue;
        if (dn_csv_names_findings(name))
            return i;
        if (dn_csv_names_class(name) && holds_other_things(&columns->all[i]))
            found = found == -1 ? i : -2;
    }
    return found < 0 ? -1 : found;
}

static dn_status choose_among_many(const char *path, dn_columns *columns, const char *task)
{
    int single = find_single(columns);
    if (single >= 0) {
        take_single(columns, single, task);
        return DN_OK;
    }
    for (int i = 0; i < columns->names.count; i++) {
        if (i == columns->image || dn_csv_names_no_label(name_of(columns, i)) ||
            holds_other_things(&columns->all[i]))
            continue;
        add_label(columns, i);
    }
    return columns->label_count
               ? DN_OK
               : dn_fail(DN_ERROR_FORMAT,
                         "%s: no column is known to be a label; the option label_column or "
                         "label_columns names what is",
                         path);
}

/* Of two columns one is the picture's, the other the label's. */
static void choose_other(dn_columns *columns, const char *task)
{
    int other = columns->image == 0;
    bool words = columns->all[other].filled > columns->all[other].sound;
    if (words || (task && strcmp(task, "classes") == 0) ||
        dn_csv_names_findings(name_of(columns, other)))
        take_single(columns, other, task);
    else
        add_label(columns, other);
}

static dn_status choose_labels(const char *path, const dn_dataset_options *options,
                               dn_columns *columns)
{
    int column;
    if (options->label_column && options->label_columns)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "%s: the options label_column and label_columns exclude each other", path);
    if (options->label_columns)
        return take_labels(path, columns, options->label_columns);
    if (options->label_column) {
        DN_TRY(find_column(path, columns, options->label_column, &column));
        if (column == columns->image)
            return dn_fail(DN_ERROR_ARGUMENT, "%s: the column \"%s\" is already the pictures'",
                           path, options->label_column);
        take_single(columns, column, options->task);
        return DN_OK;
    }
    if (columns->names.count > 2)
        return choose_among_many(path, columns, options->task);
    choose_other(columns, options->task);
    return DN_OK;
}

/* A column of findings holds names; 0 and 1 say whether the column's own name is true. */
static dn_status check_findings(const char *path, const dn_columns *columns)
{
    const dn_column *single = columns->single < 0 ? NULL : &columns->all[columns->single];
    if (!single || single->role != DN_COLUMN_FINDINGS || !single->filled ||
        single->filled > single->sound)
        return DN_OK;
    const char *name = name_of(columns, columns->single);
    return dn_fail(DN_ERROR_ARGUMENT,
                   "%s: \"%s\" holds 0 and 1, no names of labels; the option label_columns %s "
                   "takes it as a label",
                   path, name, name);
}

static void list_names(const dn_columns *columns, bool passed, dn_text *text)
{
    for (int i = 0; i < columns->names.count; i++)
        if (i != columns->image && (columns->all[i].role == DN_COLUMN_PASSED) == passed &&
            name_of(columns, i)[0])
            dn_text_add(text, "%s%s", text->length ? ", " : "", name_of(columns, i));
}

/* Says what was chosen where the person did not. */
static dn_status tell(const char *path, const dn_columns *columns)
{
    dn_text taken = {0}, passed = {0};
    char *names[2] = {NULL, NULL};
    list_names(columns, false, &taken);
    list_names(columns, true, &passed);
    bool some = passed.length > 0 || passed.failed;
    dn_status status = dn_text_take(&taken, &names[0]);
    if (status == DN_OK && some)
        status = dn_text_take(&passed, &names[1]);
    if (status == DN_OK && some)
        dn_log(DN_LOG_INFO, "%s: not labels, so not used: %s; used: %s", path, names[1], names[0]);
    dn_text_drop(&passed);
    free(names[0]);
    free(names[1]);
    return status;
}

dn_status dn_columns_read(const char *path, const void *data, size_t size,
                          const dn_dataset_options *options, dn_columns *columns)
{
    dn_csv csv;
    columns->single = -1;
    dn_csv_begin(path, data, size, &csv);
    dn_status status = count_fields(&csv, columns);
    dn_csv_end(&csv);
    DN_TRY(status);
    DN_TRY(find_image(path, options->image_column, columns));
    DN_TRY(choose_labels(path, options, columns));
    DN_TRY(check_findings(path, columns));
    columns->blanks_are_0 = dn_csv_is_chexpert(&columns->names);
    return options->label_column || options->label_columns ? DN_OK : tell(path, columns);
}

void dn_columns_free(dn_columns *columns)
{
    dn_name_list_free(&columns->names);
    free(columns->all);
    free(columns->labels);
}
