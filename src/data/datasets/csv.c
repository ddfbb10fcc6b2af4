/* SPDX-License-Identifier: MIT */
#include "data/datasets/csv.h"

#include <string.h>

void dn_csv_begin(const char *path, const void *data, size_t size, dn_csv *csv)
{
    *csv = (dn_csv){.path = path, .data = data, .size = size, .next_line = 1};
    if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        csv->offset = 3;
}

void dn_csv_end(dn_csv *csv)
{
    dn_name_list_free(&csv->fields);
}

static bool at(const dn_csv *csv, char wanted)
{
    return csv->offset < csv->size && csv->data[csv->offset] == wanted;
}

static bool at_line_end(const dn_csv *csv)
{
    if (at(csv, '\r'))
        return csv->offset + 1 == csv->size || csv->data[csv->offset + 1] == '\n';
    return csv->offset == csv->size || at(csv, '\n');
}

static void pass_line_end(dn_csv *csv)
{
    if (at(csv, '\r'))
        csv->offset++;
    if (at(csv, '\n')) {
        csv->offset++;
        csv->next_line++;
    }
}

static dn_status fail_at_line(const dn_csv *csv, const char *fault)
{
    return dn_fail(DN_ERROR_FORMAT, "%s: line %lld %s", csv->path, (long long)csv->line, fault);
}

static dn_status read_plain(dn_csv *csv)
{
    size_t start = csv->offset;
    while (!at(csv, ',') && !at_line_end(csv)) {
        if (at(csv, '\0'))
            return fail_at_line(csv, "holds a zero byte; a CSV is text");
        csv->offset++;
    }
    return dn_name_list_add(&csv->fields, csv->data + start, csv->offset - start);
}

/* Replaces each pair of quotes by one, in place. */
static void unquote_pairs(char *text)
{
    char *out = text;
    for (; *text; text++) {
        *out++ = *text;
        text += *text == '"';
    }
    *out = '\0';
}

static dn_status read_quoted(dn_csv *csv)
{
    dn_name_list *fields = &csv->fields;
    size_t start = ++csv->offset;
    for (;; csv->offset++) {
        if (csv->offset == csv->size || at(csv, '\0'))
            return fail_at_line(csv, "begins a quoted field that never ends");
        csv->next_line += at(csv, '\n');
        if (!at(csv, '"'))
            continue;
        csv->offset++;
        if (!at(csv, '"'))
            break;
    }
    if (!at(csv, ',') && !at_line_end(csv))
        return fail_at_line(csv, "has text after a quoted field");
    DN_TRY(dn_name_list_add(fields, csv->data + start, csv->offset - 1 - start));
    unquote_pairs(fields->bytes + fields->starts[fields->count - 1]);
    return DN_OK;
}

dn_status dn_csv_next(dn_csv *csv, bool *found)
{
    csv->fields.count = 0;
    csv->fields.size = 0;
    while (csv->offset < csv->size && at_line_end(csv))
        pass_line_end(csv);
    *found = csv->offset < csv->size;
    if (!*found)
        return DN_OK;
    csv->line = csv->next_line;
    for (;;) {
        DN_TRY(at(csv, '"') ? read_quoted(csv) : read_plain(csv));
        if (!at(csv, ','))
            break;
        csv->offset++;
    }
    pass_line_end(csv);
    return DN_OK;
}
