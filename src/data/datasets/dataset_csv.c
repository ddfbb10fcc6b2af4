/* SPDX-License-Identifier: MIT */
/* A CSV of image,LABEL,...: the value of each label where it is known, or one
 * column of class names. */
#include "data/datasets/dataset.h"

#include "base/file.h"
#include "base/locale.h"
#include "base/memory.h"
#include "data/datasets/csv.h"
#include "data/datasets/csv_files.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 10000 };

typedef struct csv_store {
    char *folder;       /* that paths are relative to */
    dn_name_list paths; /* one per sample */
    dn_name_list words; /* what a single column holds */
    size_t capacity;    /* floats that dataset->targets has memory for */
} csv_store;

static bool claims(const dn_probe *probe)
{
    if (probe->folder)
        return dn_csv_folder(probe->path);
    return dn_has_suffix(probe->path, ".csv");
}

/* 0..1, or NaN (unknown) if the field is empty, -1 or "nan". */
static bool read_label(const char *text, float *label)
{
    char *end;
    float value = strtof(text, &end);
    while (*end == ' ')
        end++;
    bool empty = text[strspn(text, " ")] == '\0';
    *label = empty || value < 0 ? NAN : value;
    if (empty)
        return true;
    bool number = end > text && *end == '\0';
    return number && (isnan(value) || value == -1 || (value >= 0 && value <= 1));
}

/* The header: every column after the first is a label. */
static dn_status read_header(dn_csv *csv, dn_dataset *dataset)
{
    bool found;
    DN_TRY(dn_csv_next(csv, &found));
    if (!found || csv->fields.count < 2)
        return dn_fail(DN_ERROR_FORMAT, "%s: does not begin with a header image,LABEL,...",
                       csv->path);
    if (csv->fields.count > MOST_COLUMNS)
        return dn_fail(DN_ERROR_LIMIT, "%s: has %d columns, more than the limit of %d", csv->path,
                       csv->fields.count, MOST_COLUMNS);
    for (int i = 0; i < csv->fields.count; i++) {
        const char *name = dn_name_list_get(&csv->fields, i);
        if (!name[0])
            return dn_fail(DN_ERROR_FORMAT, "%s: column %d has no name", csv->path, i + 1);
        for (int j = 0; j < i; j++)
            if (strcmp(dn_name_list_get(&csv->fields, j), name) == 0)
                return dn_fail(DN_ERROR_FORMAT, "%s: two columns are named %s", csv->path, name);
        if (i > 0)
            DN_TRY(dn_name_list_add(&dataset->labels, name, strlen(name)));
    }
    return DN_OK;
}

static dn_status reserve_row(dn_dataset *dataset, csv_store *store)
{
    size_t outputs = (size_t)dataset->labels.count;
    size_t needed = ((size_t)store->paths.count + 1) * outputs;
    if (needed <= store->capacity)
        return DN_OK;
    size_t capacity = 2 * needed, bytes = capacity * sizeof *dataset->targets;
    float *grown = realloc(dataset->targets, bytes);
    if (!grown)
        return dn_fail_memory(bytes);
    dataset->targets = grown;
    store->capacity = capacity;
    return DN_OK;
}

/* Words go to store->words if there is only one column; otherwise every field
 * must be a label. */
static dn_status read_row(const dn_csv *csv, dn_dataset *dataset, bool *words)
{
    csv_store *store = dataset->store;
    int outputs = dataset->labels.count;
    if (csv->fields.count != outputs + 1)
        return dn_fail(DN_ERROR_FORMAT, "%s: line %lld has %d fields, the header has %d", csv->path,
                       (long long)csv->line, csv->fields.count, outputs + 1);
    const char *path = dn_name_list_get(&csv->fields, 0);
    if (!path[0])
        return dn_fail(DN_ERROR_FORMAT, "%s: line %lld names no picture", csv->path,
                       (long long)csv->line);
    DN_TRY(reserve_row(dataset, store));
    float *row = dataset->targets + (size_t)store->paths.count * (size_t)outputs;
    DN_TRY(dn_name_list_add(&store->paths, path, strlen(path)));
    for (int i = 0; i < outputs; i++) {
        const char *field = dn_name_list_get(&csv->fields, i + 1);
        bool sound = read_label(field, &row[i]);
        *words = *words || !sound;
        if (!sound && outputs > 1)
            return dn_fail(DN_ERROR_FORMAT,
                           "%s: line %lld has \"%s\" under %s, expected 0 or 1, or nothing or -1 "
                           "if it is not known",
                           csv->path, (long long)csv->line, field,
                           dn_name_list_get(&dataset->labels, i));
        if (outputs == 1)
            DN_TRY(dn_name_list_add(&store->words, field, strlen(field)));
    }
    return DN_OK;
}

static dn_status read_rows(dn_csv *csv, dn_dataset *dataset, bool *words)
{
    bool found;
    DN_TRY(read_header(csv, dataset));
    for (;;) {
        DN_TRY(dn_csv_next(csv, &found));
        if (!found)
            return DN_OK;
        DN_TRY(read_row(csv, dataset, words));
    }
}

/* The single column turned out to hold class names. */
static dn_status convert_to_classes(dn_dataset *dataset)
{
    const csv_store *store = dataset->store;
    for (int i = 0; i < store->words.count; i++)
        if (!dn_name_list_get(&store->words, i)[0])
            return dn_fail(DN_ERROR_FORMAT, "%s: names no class for %s", dataset->path,
                           dn_name_list_get(&store->paths, i));
    free(dataset->targets);
    dataset->targets = NULL;
    dn_name_list_free(&dataset->labels);
    return dn_dataset_classify(dataset, &store->words, true);
}

static dn_status open_file(const char *path, dn_dataset *dataset)
{
    dn_file_map map;
    dn_csv csv;
    bool words = false;
    DN_TRY(dn_file_map_open(path, &map));
    dn_csv_begin(path, map.data, map.size, &csv);
    locale_t callers = dn_use_decimal_points();
    dn_status status = read_rows(&csv, dataset, &words);
    uselocale(callers);
    dn_csv_end(&csv);
    dn_file_map_close(&map);
    if (status == DN_OK && words)
        return convert_to_classes(dataset);
    dataset->objective = DN_OBJECTIVE_LABELS;
    dataset->count = ((const csv_store *)dataset->store)->paths.count;
    return status;
}

static dn_status open_csv(const char *path, dn_portion portion, dn_dataset *dataset)
{
    csv_store *store = NULL;
    DN_TRY(dn_calloc(1, sizeof *store, &store));
    dataset->store = store;
    dataset->format = "CSV";
    if (dn_csv_folder(path)) {
        char *file = NULL;
        DN_TRY(dn_copy_string(path, &store->folder));
        DN_TRY(dn_csv_choose(path, portion, dataset->parts, &file));
        free(dataset->path);
        dataset->path = file;
        return open_file(file, dataset);
    }
    const char *slash = strrchr(path, '/');
    DN_TRY(dn_copy_bytes_as_string(path, slash ? (size_t)(slash + 1 - path) : 0, &store->folder));
    return open_file(path, dataset);
}

static void close_csv(void *memory)
{
    csv_store *store = memory;
    free(store->folder);
    dn_name_list_free(&store->paths);
    dn_name_list_free(&store->words);
    free(store);
}

static void name_sample(const dn_dataset *dataset, int sample, char *text, size_t size)
{
    const csv_store *store = dataset->store;
    const char *path = dn_name_list_get(&store->paths, sample), *folder = store->folder;
    size_t length = strlen(folder);
    bool apart = path[0] != '/' && length;
    snprintf(text, size, "%s%s%s", apart ? folder : "",
             apart && folder[length - 1] != '/' ? "/" : "", path);
}

static dn_status read_sample(const dn_dataset *dataset, int sample, const dn_image_limits *limits,
                             dn_image **image)
{
    const csv_store *store = dataset->store;
    char *path = NULL;
    DN_TRY(dn_join_path(store->folder, dn_name_list_get(&store->paths, sample), &path));
    dn_status status = dn_image_read(path, limits, image);
    free(path);
    return status;
}

const dn_dataset_kind dn_csv_kind = {claims, open_csv, name_sample, read_sample, close_csv, NULL};
