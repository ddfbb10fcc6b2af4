/* SPDX-License-Identifier: MIT */
/* A table: a picture per row, with labels, a class, or findings. */
#include "data/datasets/dataset.h"

#include "base/file.h"
#include "base/locale.h"
#include "base/log.h"
#include "base/memory.h"
#include "data/datasets/csv_columns.h"
#include "data/datasets/csv_files.h"
#include "data/datasets/csv_pictures.h"
#include "data/datasets/csv_repeats.h"
#include "data/datasets/csv_targets.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a table is read with. */
typedef struct csv_reading {
    const dn_dataset_options *options;
    dn_columns columns;
    dn_name_list words; /* what a single column holds */
    size_t capacity;    /* floats that dataset->targets has memory for */
    float blank, uncertain;
    int64_t doubts; /* uncertain entries */
} csv_reading;

static bool claims(const dn_probe *probe)
{
    if (probe->folder)
        return dn_csv_folder(probe->path);
    return dn_has_suffix(probe->path, ".csv");
}

static float value_of(const char *option, bool zero)
{
    if (!option)
        return zero ? 0 : NAN;
    return strcmp(option, "zero") == 0 ? 0 : strcmp(option, "one") == 0 ? 1 : NAN;
}

static dn_status reserve_row(const dn_dataset *dataset, csv_reading *reading, float **targets)
{
    const dn_csv_pictures *pictures = dataset->store;
    size_t outputs = (size_t)dataset->labels.count;
    size_t needed = ((size_t)pictures->names.count + 1) * outputs;
    if (needed <= reading->capacity)
        return DN_OK;
    size_t capacity = 2 * needed, bytes = capacity * sizeof **targets;
    float *grown = realloc(*targets, bytes);
    if (!grown)
        return dn_fail_memory(bytes);
    *targets = grown;
    reading->capacity = capacity;
    return DN_OK;
}

static dn_status read_label(const dn_csv *csv, int column, csv_reading *reading, float *label)
{
    const char *field = dn_name_list_get(&csv->fields, column);
    switch (dn_csv_value_of(field, label)) {
    case DN_VALUE_BLANK:
        *label = reading->blank;
        return DN_OK;
    case DN_VALUE_UNCERTAIN:
        *label = reading->uncertain;
        reading->doubts++;
        return DN_OK;
    case DN_VALUE_KNOWN:
        return DN_OK;
    default:
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: line %lld has \"%s\" under %s, expected 0 or 1, or nothing or -1 "
                       "if it is not known",
                       csv->path, (long long)csv->line, field,
                       dn_name_list_get(&reading->columns.names, column));
    }
}

static dn_status read_row(const dn_csv *csv, csv_reading *reading, dn_dataset *dataset)
{
    dn_csv_pictures *pictures = dataset->store;
    const dn_columns *columns = &reading->columns;
    const char *name = dn_name_list_get(&csv->fields, columns->image);
    if (!name[0])
        return dn_fail(DN_ERROR_FORMAT, "%s: line %lld names no picture", csv->path,
                       (long long)csv->line);
    size_t sample = (size_t)pictures->names.count;
    DN_TRY(reserve_row(dataset, reading, &dataset->targets));
    DN_TRY(dn_name_list_add(&pictures->names, name, strlen(name)));
    dn_left_out_add(&dataset->left_out, name);
    if (columns->single >= 0) {
        const char *word = dn_name_list_get(&csv->fields, columns->single);
        word += strspn(word, " \t");
        size_t length = strlen(word);
        while (length && strchr(" \t", word[length - 1]))
            length--;
        return dn_name_list_add(&reading->words, word, length);
    }
    float *label = dataset->targets + sample * (size_t)dataset->labels.count;
    for (int i = 0; i < columns->label_count; i++)
        DN_TRY(read_label(csv, columns->labels[i], reading, &label[i]));
    return DN_OK;
}

static dn_status read_rows(dn_csv *csv, csv_reading *reading, dn_dataset *dataset)
{
    const dn_columns *columns = &reading->columns;
    bool found;
    for (int i = 0; i < columns->label_count; i++) {
        const char *name = dn_name_list_get(&columns->names, columns->labels[i]);
        DN_TRY(dn_name_list_add(&dataset->labels, name, strlen(name)));
    }
    DN_TRY(dn_csv_next(csv, &found)); /* the header */
    for (;;) {
        DN_TRY(dn_csv_next(csv, &found));
        if (!found)
            return DN_OK;
        DN_TRY(read_row(csv, reading, dataset));
    }
}

static dn_status read_table(const dn_file_map *map, csv_reading *reading, dn_dataset *dataset)
{
    dn_csv csv;
    const dn_dataset_options *options = reading->options;
    DN_TRY(dn_columns_read(dataset->path, map->data, map->size, options, &reading->columns));
    reading->blank = value_of(options->blank, reading->columns.blanks_are_0);
    reading->uncertain = value_of(options->uncertain, false);
    dn_csv_begin(dataset->path, map->data, map->size, &csv);
    dn_status status = read_rows(&csv, reading, dataset);
    dn_csv_end(&csv);
    return status;
}

/* From what the rows hold to classes or labels. */
static dn_status finish(csv_reading *reading, dn_dataset *dataset)
{
    const dn_columns *columns = &reading->columns;
    const dn_csv_pictures *pictures = dataset->store;
    dataset->objective = DN_OBJECTIVE_LABELS;
    dataset->count = pictures->names.count;
    if (!dataset->count)
        return DN_OK;
    if (columns->single < 0) {
        if (reading->doubts && !reading->options->uncertain)
            dn_log(DN_LOG_INFO,
                   "%s: %lld %s uncertain (-1) and left out of account; the option "
                   "uncertain makes them zero or one",
                   dataset->path, (long long)reading->doubts,
                   reading->doubts == 1 ? "entry is" : "entries are");
        if (columns->blanks_are_0 && !reading->options->blank)
            dn_log(DN_LOG_INFO,
                   "%s: empty fields count as 0, as CheXpert means them; the option blank "
                   "says otherwise",
                   dataset->path);
        return dn_csv_take_labels(dataset, reading->options->task);
    }
    DN_TRY(dn_csv_check_words(dataset, &reading->words));
    free(dataset->targets);
    dataset->targets = NULL;
    return columns->all[columns->single].role == DN_COLUMN_FINDINGS
               ? dn_csv_take_findings(dataset, &reading->words)
               : dn_dataset_classify(dataset, &reading->words, true);
}

static dn_status open_file(const dn_dataset_options *options, dn_dataset *dataset)
{
    dn_file_map map;
    csv_reading reading = {.options = options};
    DN_TRY(dn_file_read(dataset->path, DN_FILE_ANY_SIZE, &map));
    locale_t callers = dn_use_decimal_points();
    dn_status status = read_table(&map, &reading, dataset);
    uselocale(callers);
    dn_file_map_close(&map);
    if (status == DN_OK)
        status = finish(&reading, dataset);
    dn_columns_free(&reading.columns);
    dn_name_list_free(&reading.words);
    const dn_csv_pictures *pictures = dataset->store;
    if (status == DN_OK)
        status = dn_csv_report_repeats(dataset, &pictures->names);
    return status == DN_OK ? dn_csv_pictures_look(dataset->store) : status;
}

static dn_status open_pictures(const dn_dataset_options *options, dn_dataset *dataset)
{
    const char *path = dataset->path, *slash = strrchr(path, '/');
    if (options->root)
        return dn_csv_pictures_open(options->root, dataset->store);
    char *folder = NULL;
    DN_TRY(dn_copy_bytes_as_string(path, slash ? (size_t)(slash + 1 - path) : 0, &folder));
    dn_status status = dn_csv_pictures_open(folder, dataset->store);
    free(folder);
    return status;
}

static dn_status open_csv(const char *path, const dn_dataset_options *options, dn_dataset *dataset)
{
    DN_TRY(dn_calloc(1, sizeof(dn_csv_pictures), &dataset->store));
    dataset->format = "CSV";
    if (dn_csv_folder(path)) {
        char *file = NULL;
        DN_TRY(dn_csv_choose(path, options->portion, dataset->parts, &file));
        free(dataset->path);
        dataset->path = file;
    }
    DN_TRY(open_pictures(options, dataset));
    return open_file(options, dataset);
}

static void close_csv(void *memory)
{
    dn_csv_pictures_close(memory);
    free(memory);
}

static void name_sample(const dn_dataset *dataset, int sample, char *text, size_t size)
{
    const dn_csv_pictures *pictures = dataset->store;
    char *path = NULL;
    bool known = dn_csv_pictures_find(pictures, sample, &path) == DN_OK;
    snprintf(text, size, "%s", known ? path : dn_name_list_get(&pictures->names, sample));
    free(path);
}

static dn_status read_sample(const dn_dataset *dataset, int sample, const dn_image_limits *limits,
                             dn_image **image)
{
    const dn_csv_pictures *pictures = dataset->store;
    const char *name = dn_name_list_get(&pictures->names, sample);
    char *path = NULL;
    DN_TRY(dn_csv_pictures_find(pictures, sample, &path));
    dn_status status = dn_image_read(path, limits, image);
    bool there = status == DN_OK || dn_csv_picture_is_there(path);
    free(path);
    return there ? status
                 : dn_fail(DN_ERROR_IO, "%s: the picture \"%s\" of row %d is not there",
                           dataset->path, name, sample + 1);
}

static dn_status check_pictures(const dn_dataset *dataset)
{
    const dn_csv_pictures *pictures = dataset->store;
    return pictures->found
               ? DN_OK
               : dn_fail(DN_ERROR_IO,
                         "%s: its pictures are not there: neither \"%s\" nor those after it are "
                         "in \"%s\", below or above it; the option root names their folder",
                         dataset->path, dn_name_list_get(&pictures->names, 0),
                         pictures->folder[0] ? pictures->folder : ".");
}

const dn_dataset_kind dn_csv_kind = {claims,    open_csv, name_sample, read_sample,
                                     close_csv, NULL,     NULL,        check_pictures};
