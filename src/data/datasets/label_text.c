/* SPDX-License-Identifier: MIT */
/* Labels are text: what records them, JSON and weight files, holds nothing else. */
#include "base/text.h"
#include "data/datasets/dataset.h"

#include <stdlib.h>
#include <string.h>

static bool all_are_text(const dn_name_list *labels)
{
    int i = 0;
    while (i < labels->count && dn_is_utf8(dn_name_list_get(labels, i)))
        i++;
    return i == labels->count;
}

static dn_status add_repaired(const dn_name_list *labels, dn_name_list *made)
{
    for (int i = 0; i < labels->count; i++) {
        char *text = dn_utf8_repair(dn_name_list_get(labels, i));
        if (!text)
            return dn_fail_memory(strlen(dn_name_list_get(labels, i)) + 1);
        dn_status status = dn_name_list_add(made, text, strlen(text));
        free(text);
        DN_TRY(status);
    }
    return DN_OK;
}

/* Which were distinct before, as bytes. */
static dn_status check_distinct(const dn_dataset *dataset)
{
    dn_name_list sorted = {0};
    dn_status status = add_repaired(&dataset->labels, &sorted);
    dn_name_list_sort(&sorted);
    for (int i = 1; i < sorted.count && status == DN_OK; i++)
        if (strcmp(dn_name_list_get(&sorted, i - 1), dn_name_list_get(&sorted, i)) == 0)
            status = dn_fail(DN_ERROR_FORMAT,
                             "%s: has two names of outputs that differ only in bytes that are not "
                             "UTF-8, \"%s\"",
                             dataset->path, dn_name_list_get(&sorted, i));
    dn_name_list_free(&sorted);
    return status;
}

dn_status dn_dataset_write_labels_as_text(dn_dataset *dataset)
{
    dn_name_list made = {0};
    if (all_are_text(&dataset->labels))
        return DN_OK;
    DN_TRY(check_distinct(dataset));
    dn_status status = add_repaired(&dataset->labels, &made);
    dn_name_list *unused = status == DN_OK ? &dataset->labels : &made;
    dn_name_list_free(unused);
    if (status == DN_OK)
        dataset->labels = made;
    return status;
}
