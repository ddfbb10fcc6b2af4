/* SPDX-License-Identifier: MIT */
/* Which folders or tables of a data set are its parts: for training, validation, tests. */
#include "data/datasets/dataset.h"

#include <string.h>

static const char *find_first(const dn_name_list *names, bool tables, const char *const (*known)[2],
                              size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (dn_name_list_find(names, known[i][tables]) >= 0)
            return known[i][tables];
    return NULL;
}

void dn_find_parts(const dn_name_list *names, bool tables, const char *parts[3])
{
    static const char *const train[][2] = {{"train", "train.csv"}},
                             *const test[][2] = {{"test", "test.csv"}},
                             *const validation[][2] = {{"val", "val.csv"},
                                                       {"valid", "valid.csv"},
                                                       {"validation", "validation.csv"},
                                                       {"dev", "dev.csv"}};
    const char *tested = find_first(names, tables, test, 1);
    const char *validated = find_first(names, tables, validation, 4);
    parts[DN_PORTION_TRAIN] = find_first(names, tables, train, 1);
    parts[DN_PORTION_TEST] = tested ? tested : validated;
    parts[DN_PORTION_VALIDATION] = validated ? validated : tested;
}

dn_status dn_fail_no_part(const char *path, dn_portion portion, const char *train)
{
    static const char *const wanted[] = {"train", "test, val, valid, validation or dev",
                                         "val, valid, validation, dev or test"};
    return dn_fail(DN_ERROR_FORMAT, "%s: has %s, but no labelled part named %s", path, train,
                   wanted[portion]);
}
