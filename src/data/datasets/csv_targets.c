/* SPDX-License-Identifier: MIT */
#include "data/datasets/csv_targets.h"

#include "base/log.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Where the one 1 is among 0s; -1 if that is not what they are. */
static int find_one(const float *targets, int outputs)
{
    int found = -1;
    for (int i = 0; i < outputs; i++) {
        if (!(targets[i] == 0 || targets[i] == 1) || (targets[i] == 1 && found >= 0))
            return -1;
        if (targets[i] == 1)
            found = i;
    }
    return found;
}

static dn_status fail_not_one(const dn_dataset *dataset, int sample)
{
    char name[1024];
    dn_dataset_name(dataset, sample, name, sizeof name);
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: %s must have a 1 in one column and 0 in all others to have a class",
                   dataset->path, name);
}

dn_status dn_csv_take_labels(dn_dataset *dataset, const char *task)
{
    int outputs = dataset->labels.count, *classes = NULL;
    if ((task && strcmp(task, "labels") == 0) || (!task && outputs < 2))
        return DN_OK;
    DN_TRY(dn_calloc((size_t)dataset->count, sizeof *classes, &classes));
    for (int i = 0; i < dataset->count; i++) {
        classes[i] = find_one(dataset->targets + (size_t)i * (size_t)outputs, outputs);
        if (classes[i] < 0) {
            free(classes);
            return task ? fail_not_one(dataset, i) : DN_OK;
        }
    }
    free(dataset->targets);
    dataset->targets = NULL;
    dataset->classes = classes;
    dataset->objective = DN_OBJECTIVE_CLASSES;
    if (!task)
        dn_log(DN_LOG_INFO,
               "%s: each row has one 1, so its %d columns are classes; the option task labels "
               "makes them labels",
               dataset->path, outputs);
    return DN_OK;
}

/* The next finding of a list, without blanks around it; *at moves after it. Length 0 at the end. */
static size_t next_finding(const char **at, const char **finding)
{
    static const char none[] = "No Finding";
    while (**at) {
        *at += strspn(*at, "| ");
        const char *start = *at;
        size_t length = strcspn(start, "|");
        *at += length;
        while (length && start[length - 1] == ' ')
            length--;
        if (length && !(length == strlen(none) && strncasecmp(start, none, length) == 0)) {
            *finding = start;
            return length;
        }
    }
    return 0;
}

static dn_status list_findings(const dn_name_list *words, dn_name_list *labels)
{
    const char *finding;
    size_t length;
    for (int i = 0; i < words->count; i++) {
        const char *at = dn_name_list_get(words, i);
        while ((length = next_finding(&at, &finding)))
            DN_TRY(dn_name_list_add(labels, finding, length));
    }
    dn_name_list_sort(labels);
    dn_name_list_unique(labels);
    return DN_OK;
}

static dn_status mark_findings(dn_dataset *dataset, const char *word, float *row)
{
    const char *finding;
    char *name = NULL;
    size_t length;
    while ((length = next_finding(&word, &finding))) {
        DN_TRY(dn_copy_bytes_as_string(finding, length, &name));
        row[dn_name_list_find(&dataset->labels, name)] = 1;
        free(name);
    }
    return DN_OK;
}

dn_status dn_csv_take_findings(dn_dataset *dataset, const dn_name_list *words)
{
    enum { MOST_LABELS = 10000 };
    size_t cells;
    DN_TRY(list_findings(words, &dataset->labels));
    int outputs = dataset->labels.count;
    if (!outputs)
        return dn_fail(DN_ERROR_FORMAT, "%s: names no finding for any picture", dataset->path);
    if (outputs > MOST_LABELS)
        return dn_fail(DN_ERROR_LIMIT, "%s: names %d findings, more than the limit of %d",
                       dataset->path, outputs, MOST_LABELS);
    if (!dn_multiply((size_t)words->count, (size_t)outputs, &cells))
        return dn_fail_memory(SIZE_MAX);
    DN_TRY(dn_calloc(cells, sizeof *dataset->targets, &dataset->targets));
    dataset->complete = true;
    for (int i = 0; i < words->count; i++)
        DN_TRY(mark_findings(dataset, dn_name_list_get(words, i),
                             dataset->targets + (size_t)i * (size_t)outputs));
    return DN_OK;
}

dn_status dn_csv_check_words(const dn_dataset *dataset, const dn_name_list *words)
{
    char name[1024];
    for (int i = 0; i < words->count; i++)
        if (!dn_name_list_get(words, i)[0] || strcasecmp(dn_name_list_get(words, i), "nan") == 0) {
            dn_dataset_name(dataset, i, name, sizeof name);
            return dn_fail(DN_ERROR_FORMAT, "%s: names no class for %s", dataset->path, name);
        }
    return DN_OK;
}
