/* SPDX-License-Identifier: MIT */
#include "data/datasets/csv_repeats.h"

#include "base/log.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct row {
    const char *name;
    int sample;
} row;

static int by_name(const void *a, const void *b)
{
    const row *first = a, *second = b;
    int order = strcmp(first->name, second->name);
    return order ? order : (first->sample > second->sample) - (first->sample < second->sample);
}

/* Two numbers that are not known are equal. */
static bool same_answer(const dn_dataset *dataset, int a, int b)
{
    size_t outputs = (size_t)dataset->labels.count;
    if (dataset->classes)
        return dataset->classes[a] == dataset->classes[b];
    const float *first = dataset->targets + (size_t)a * outputs;
    const float *second = dataset->targets + (size_t)b * outputs;
    for (size_t i = 0; i < outputs; i++)
        if (first[i] != second[i] && !(first[i] != first[i] && second[i] != second[i]))
            return false;
    return true;
}

static row *sorted_rows(const dn_name_list *names, row *rows)
{
    for (int i = 0; i < names->count; i++) {
        const char *name = dn_name_list_get(names, i);
        while (strncmp(name, "./", 2) == 0)
            name += 2;
        rows[i] = (row){name, i};
    }
    qsort(rows, (size_t)names->count, sizeof *rows, by_name);
    return rows;
}

dn_status dn_csv_report_repeats(const dn_dataset *dataset, const dn_name_list *names)
{
    row *rows;
    int repeated = 0, contradicted = 0, first = -1;
    DN_TRY(dn_calloc((size_t)names->count, sizeof *rows, &rows));
    sorted_rows(names, rows);
    for (int i = 0, end; i < names->count; i = end) {
        bool same = true;
        for (end = i + 1; end < names->count && strcmp(rows[end].name, rows[i].name) == 0; end++)
            same = same && same_answer(dataset, rows[i].sample, rows[end].sample);
        repeated += end > i + 1;
        contradicted += !same;
        if (end > i + 1 && (first < 0 || rows[i].sample < first))
            first = rows[i].sample;
    }
    free(rows);
    if (repeated)
        dn_log(
            DN_LOG_INFO,
            "%s: %d picture%s more than one row (\"%s\"), %d of them with different answers; each "
            "row counts as a picture of its own",
            dataset->path, repeated, repeated == 1 ? " has" : "s have",
            dn_name_list_get(names, first), contradicted);
    return DN_OK;
}
