/* SPDX-License-Identifier: MIT */
#include "data/datasets/run_folders.h"

#include "base/memory.h"
#include "data/datasets/dataset.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_settings(const char *name)
{
    return strcmp(name, "settings.json") == 0;
}

static bool is_log(const char *name)
{
    return strcmp(name, "log.csv") == 0;
}

static bool is_same(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

bool dn_run_begun(const char *folder)
{
    return dn_folder_holds(folder, false, is_settings);
}

dn_status dn_fail_run(const char *folder)
{
    return dn_fail(DN_ERROR_FORMAT, "%s: is the folder of a training run, not a data set", folder);
}

bool dn_run_made(const char *folder, const char *output)
{
    return (dn_run_begun(folder) && dn_folder_holds(folder, false, is_log)) ||
           (output && is_same(folder, output));
}

dn_status dn_run_holds(const char *folder, bool *runs)
{
    dn_name_list names = {0};
    *runs = dn_run_begun(folder);
    if (*runs || dn_folder_holds(folder, false, NULL))
        return DN_OK;
    dn_status status = dn_list_folder(folder, true, &names);
    *runs = status == DN_OK && names.count > 0;
    for (int i = 0; i < names.count && *runs; i++) {
        char *below = NULL;
        status = dn_join_path(folder, dn_name_list_get(&names, i), &below);
        *runs = status == DN_OK && dn_run_begun(below);
        free(below);
    }
    dn_name_list_free(&names);
    return status;
}

dn_status dn_run_leads_through(const char *folder, const char *output, bool *through)
{
    char *part = NULL;
    *through = false;
    if (!output)
        return DN_OK;
    DN_TRY(dn_copy_string(output, &part));
    *through = is_same(folder, part);
    for (char *slash = part; !*through && *slash && (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        *through = is_same(folder, part);
        *slash = '/';
    }
    free(part);
    return DN_OK;
}
