/* SPDX-License-Identifier: MIT */
#include "run/run_folder.h"

#include "base/file.h"
#include "files/folder.h"
#include "ui/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define MAX_SETTINGS                                                                               \
    ((size_t)1 << 24) /* bytes of a settings.json, which may list weights of classes */

bool run_folder_lock(const char *folder, int *lock)
{
    *lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return complain("%s: cannot be opened: %s", folder, strerror(errno));
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return complain("%s: is in use by another training run", folder);
    complain("warning: %s: its file system has no locks (%s), so a second training there would not "
             "be noticed",
             folder, strerror(errno));
    return true;
}

static bool holds(int folder, const char *name)
{
    return faccessat(folder, name, F_OK, 0) == 0;
}

dn_status run_folder_settings(const char *path, json_t **settings)
{
    dn_file_map file;
    dn_budget budget;
    *settings = NULL;
    DN_TRY(dn_file_read(path, MAX_SETTINGS, &file));
    dn_budget_begin(file.size, &budget);
    dn_status status =
        dn_json_parse((const char *)file.data, file.size, "its text", &budget, settings);
    dn_file_map_close(&file);
    return status == DN_OK ? DN_OK : dn_fail_within(status, path);
}

/* Another program's is not a sign of a run. */
static bool settings_are_ours(const char *folder)
{
    char *path = NULL;
    json_t *object = NULL;
    if (asprintf(&path, "%s/settings.json", folder) < 0)
        return complain("out of memory for the settings");
    run_folder_settings(path, &object);
    bool ours = json_is_string(json_object_get(object, "data"));
    json_decref(object);
    free(path);
    return ours;
}

static bool examine(int folder, const char *path)
{
    static const char *const results[] = {"last.safetensors", "best.safetensors", "curves.png",
                                          "log.csv"};
    if (holds(folder, "resume.safetensors"))
        return complain(
            "%s: already holds a run; --resume %s continues it, or --output names another folder",
            path, path);
    if (holds(folder, "settings.json") && !settings_are_ours(path))
        return complain(
            "%s: already holds a settings.json that is not a run's, which a new run would "
            "replace; --output names another folder",
            path);
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        bool begun = strcmp(results[i], "log.csv") == 0 && holds(folder, "settings.json");
        if (holds(folder, results[i]) && !begun)
            return complain("%s: already holds a %s, which a new run would replace; --output names "
                            "another folder",
                            path, results[i]);
    }
    return true;
}

static bool resumes(int folder, const char *path)
{
    if (holds(folder, "resume.safetensors"))
        return true;
    return holds(folder, "settings.json")
               ? complain("%s: this run ended before its first checkpoint; start it again with the "
                          "same command and --output %s",
                          path, path)
               : complain("%s: holds no resume.safetensors, so there is no run to resume", path);
}

bool run_folder_has_checkpoint(const char *folder)
{
    int descriptor = open(folder, O_PATH | O_CLOEXEC);
    bool there = descriptor >= 0 && holds(descriptor, "resume.safetensors");
    if (descriptor >= 0)
        close(descriptor);
    return there;
}

bool run_folder_can_resume(const char *folder)
{
    if (!folder_not_file(folder))
        return false;
    int descriptor = open(folder, O_PATH | O_CLOEXEC);
    if (descriptor < 0)
        return complain("%s: there is no such run to resume: %s", folder, strerror(errno));
    bool sound = resumes(descriptor, folder);
    close(descriptor);
    return sound;
}

bool run_folder_is_free(const char *folder)
{
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return complain("%s: cannot be opened: %s", folder, strerror(errno));
    bool sound = examine(descriptor, folder);
    close(descriptor);
    return sound;
}
