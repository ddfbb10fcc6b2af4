/* SPDX-License-Identifier: MIT */
#include "base/hub_files.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool is_regular(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode);
}

/* Also what cannot be read: that is to be said. */
static bool is_there(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 ? S_ISREG(found.st_mode) || S_ISDIR(found.st_mode)
                                   : lstat(path, &found) == 0;
}

static void join_if(bool (*is)(const char *), const char *path, size_t folder, const char *name,
                    char file[PATH_MAX])
{
    size_t length = folder + strlen(name);
    file[0] = '\0';
    if (length + 1 < PATH_MAX)
        snprintf(file, PATH_MAX, "%.*s%s", (int)folder, path, name);
    if (!is(file))
        file[0] = '\0';
}

/* A file at the end of the path; "" if it is not there. */
static void join(const char *path, size_t folder, const char *name, char file[PATH_MAX])
{
    join_if(is_regular, path, folder, name, file);
}

static void find_configuration(const char *path, size_t folder, dn_hub_files *files)
{
    join_if(is_there, path, folder, "config.json", files->config);
    join_if(is_there, path, folder, "preprocessor_config.json", files->processor);
}

/* A MONAI bundle has its weights in models/, and what they are in configs/. */
static bool find_bundle(const char *folder, size_t length, dn_hub_files *files)
{
    static const char *const names[] = {"/models/model.pt", "/models/model.ts",
                                        "/models/model.onnx"};
    join(folder, length, "/configs/metadata.json", files->bundle);
    for (size_t i = 0; i < sizeof names / sizeof *names && files->bundle[0]; i++) {
        join(folder, length, names[i], files->weights);
        if (files->weights[0])
            return true;
    }
    return false;
}

static dn_status find_in_folder(const char *folder, dn_hub_files *files)
{
    static const char *const names[] = {"/model.safetensors", "/pytorch_model.bin"};
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        join(folder, length, names[i], files->weights);
        if (files->weights[0]) {
            find_configuration(files->weights, length + 1, files);
            return DN_OK;
        }
    }
    if (find_bundle(folder, length, files))
        return DN_OK;
    join(folder, length, "/best.safetensors", files->weights);
    if (files->weights[0])
        return dn_fail(DN_ERROR_IO,
                       "%s: is the folder of a training run; its weights are %s and "
                       "last.safetensors beside it",
                       folder, files->weights);
    return dn_fail(DN_ERROR_IO,
                   "%s: is a folder without model.safetensors or pytorch_model.bin; a file was "
                   "expected",
                   folder);
}

dn_status dn_hub_find(const char *path, dn_hub_files *files)
{
    size_t length = strlen(path);
    *files = (dn_hub_files){0};
    if (length >= sizeof files->weights)
        return dn_fail(DN_ERROR_ARGUMENT, "a path of %zu bytes is too long", length);
    if (dn_is_folder(path))
        return find_in_folder(path, files);
    const char *slash = strrchr(path, '/');
    snprintf(files->weights, sizeof files->weights, "%s", path);
    size_t folder = slash ? (size_t)(slash + 1 - path) : 0;
    find_configuration(path, folder, files);
    return DN_OK;
}
