/* SPDX-License-Identifier: MIT */
/* Which of a folder's CSV files is its table of labels. */
#include "data/datasets/csv_files.h"

#include "base/memory.h"
#include "data/datasets/run_folders.h"

#include <stdlib.h>
#include <string.h>

static const char labels_file[] = "labels.csv";

static bool is_table(const char *name)
{
    return dn_has_suffix(name, ".csv");
}

static bool is_known_table(const char *name)
{
    return strcmp(name, labels_file) == 0 || strcmp(name, "train.csv") == 0;
}

bool dn_csv_folder(const char *path)
{
    return dn_folder_holds(path, false, is_known_table) ||
           (dn_folder_holds(path, false, is_table) && !dn_folder_holds(path, true, NULL));
}

dn_status dn_csv_list(const char *path, dn_name_list *tables)
{
    dn_name_list names = {0};
    dn_status status = dn_list_folder(path, false, &names);
    bool run = status == DN_OK && dn_name_list_find(&names, "settings.json") >= 0;
    for (int i = 0; i < names.count && status == DN_OK; i++) {
        const char *name = dn_name_list_get(&names, i);
        if (is_table(name) && !(run && strcmp(name, "log.csv") == 0))
            status = dn_name_list_add(tables, name, strlen(name));
    }
    dn_name_list_free(&names);
    return status;
}

/* Without parts: labels.csv, or the only table there is. */
static const char *find_only(const dn_name_list *tables)
{
    int labels = dn_name_list_find(tables, labels_file);
    return labels >= 0 || tables->count == 1 ? dn_name_list_get(tables, labels >= 0 ? labels : 0)
                                             : NULL;
}

static dn_status choose(const char *path, const dn_name_list *tables, dn_portion portion,
                        const char *parts[3], char **file)
{
    dn_find_parts(tables, true, parts);
    if (parts[DN_PORTION_TRAIN])
        return parts[portion] ? dn_join_path(path, parts[portion], file)
                              : dn_fail_no_part(path, portion, "a train.csv");
    memset(parts, 0, 3 * sizeof *parts);
    const char *only = find_only(tables);
    if (!only && tables->count == 0 && dn_run_begun(path))
        return dn_fail_run(path);
    if (!only)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: has %d tables, none named train.csv or labels.csv; name the one that "
                       "is meant, such as %s/%s",
                       path, tables->count, path,
                       tables->count ? dn_name_list_get(tables, 0) : "TABLE.csv");
    return dn_join_path(path, only, file);
}

dn_status dn_csv_choose(const char *path, dn_portion portion, const char *parts[3], char **file)
{
    dn_name_list tables = {0};
    dn_status status = dn_csv_list(path, &tables);
    if (status == DN_OK)
        status = choose(path, &tables, portion, parts, file);
    dn_name_list_free(&tables);
    return status;
}
