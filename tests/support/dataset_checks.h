/* SPDX-License-Identifier: MIT */
/* Checks shared by the tests of data sets. */
#ifndef DATASET_CHECKS_H
#define DATASET_CHECKS_H

#include "allocation.h"
#include "scratch.h"

static inline dn_dataset *open_dataset(const char *name, dn_portion portion)
{
    dn_dataset *dataset = NULL;
    dn_status status = dn_dataset_open(scratch_path(name), portion, &dataset);
    if (status != DN_OK)
        fail_msg("%s", dn_last_error());
    return dataset;
}

/* Sample after sample "class:name ", the scratch folder left out. */
static inline const char *list_samples(const dn_dataset *dataset)
{
    static char list[4096];
    size_t root = strlen(scratch_root) + 1, at = 0;
    list[0] = '\0';
    for (int i = 0; i < dn_dataset_count(dataset) && at < sizeof list; i++) {
        char name[512];
        dn_dataset_name(dataset, i, name, sizeof name);
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%d:%s", i ? " " : "",
                               dn_dataset_class(dataset, i), name + root);
    }
    return list;
}

static inline const char *list_labels(const dn_dataset *dataset)
{
    static char list[4096];
    size_t at = 0;
    for (int i = 0; i < dn_dataset_outputs(dataset) && at < sizeof list; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i ? " " : "",
                               dn_dataset_label(dataset, i));
    return list;
}

/* Refused with a sentence that names the file and holds `words`. */
static inline void assert_refused(const char *name, dn_portion portion, const char *words)
{
    dn_dataset *dataset = NULL;
    dn_status status = dn_dataset_open(scratch_path(name), portion, &dataset);
    if (status == DN_OK || status == DN_ERROR_MEMORY)
        fail_msg("%s: opened, or memory", name);
    if (!strstr(dn_last_error(), words) || !strstr(dn_last_error(), scratch_root))
        fail_msg("said \"%s\", expected \"%s\"", dn_last_error(), words);
    assert_null(dataset);
}

/* Each allocation of opening fails in turn: the error must be "out of memory",
 * and nothing may leak (the sanitizer checks that). */
static inline void assert_survives_lack_of_memory(const char *name)
{
    for (int i = 0;; i++) {
        dn_dataset *dataset = NULL;
        fail_allocation(i);
        dn_status status = dn_dataset_open(scratch_path(name), DN_PORTION_TRAIN, &dataset);
        bool failed = allocation_failed();
        fail_allocation(-1);
        dn_dataset_free(dataset);
        if (!failed) {
            assert_int_equal(status, DN_OK);
            break;
        }
        if (status != DN_ERROR_MEMORY)
            fail_msg("allocation %d: status %d, %s", i, status, dn_last_error());
    }
}

#endif
