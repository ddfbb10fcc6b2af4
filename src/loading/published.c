/* SPDX-License-Identifier: MIT */
/* The files behind names: published weights, which `densenet pull` fetches, and where
 * they are kept. */
#include "loading/published.h"

#include "base/file.h"
#include "base/hub_name.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TORCHVISION(arch, digest)                                                                  \
    {                                                                                              \
        .name = (arch), .file = arch "-" digest ".pth", .sha256 = (digest),                        \
        .url = "https://download.pytorch.org/models/" arch "-" digest ".pth",                      \
        .publisher = "torchvision"                                                                 \
    }

/* models.py of TorchXRayVision; its releases come without checksums. */
#define XRV_FILE(data) data "-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt"
#define XRV(ending, data)                                                                          \
    {                                                                                              \
        .name = "densenet121-res224-" ending, .file = XRV_FILE(data),                              \
        .url = "https://github.com/mlmed/torchxrayvision/releases/download/v1/" XRV_FILE(data),    \
        .publisher = "TorchXRayVision"                                                             \
    }

/* keras/src/applications/densenet.py, which has the MD5 of each. */
#define KERAS_FILE(arch, top) arch "_weights_tf_dim_ordering_tf_kernels" top ".h5"
#define KERAS(arch, ending, top, digest)                                                           \
    {                                                                                              \
        .name = "keras-" arch ending, .file = KERAS_FILE(arch, top), .md5 = (digest),              \
        .url = "https://storage.googleapis.com/tensorflow/keras-applications/"                     \
               "densenet/" KERAS_FILE(arch, top),                                                  \
        .publisher = "Keras"                                                                       \
    }

static const dn_published published[] = {
    TORCHVISION("densenet121", "a639ec97"),
    TORCHVISION("densenet161", "8d451a50"),
    TORCHVISION("densenet169", "b2777c0a"),
    TORCHVISION("densenet201", "c1103571"),
    XRV("all", "nih-pc-chex-mimic_ch-google-openi-kaggle"),
    XRV("nih", "nih"),
    XRV("pc", "pc"),
    XRV("chex", "chex"),
    XRV("rsna", "kaggle"),
    XRV("mimic_nb", "mimic_nb"),
    XRV("mimic_ch", "mimic_ch"),
    KERAS("densenet121", "", "", "9d60b8095a5708f2dcce2bca79d332c7"),
    KERAS("densenet169", "", "", "d699b8f76981ab1b30698df4c175e90b"),
    KERAS("densenet201", "", "", "1ceb130c1ea1b78c3bf6114dbdfd8807"),
    KERAS("densenet121", "-notop", "_notop", "30ee3e1110167f948a6b9946edeeb738"),
    KERAS("densenet169", "-notop", "_notop", "b8c4d4c20dd625c148057b9ff1c1176b"),
    KERAS("densenet201", "-notop", "_notop", "c13680b51ded0fb44dff2d8f86ac8bb1"),
};

enum { COUNT = sizeof published / sizeof *published };

const dn_published *dn_published_weights(int index)
{
    return index >= 0 && index < COUNT ? &published[index] : NULL;
}

static const dn_published *find(const char *name)
{
    for (int i = 0; i < COUNT; i++)
        if (strcmp(published[i].name, name) == 0 || strcmp(published[i].file, name) == 0)
            return &published[i];
    return NULL;
}

/* A folder of that name, a run's perhaps, is not a weight file. */
static bool is_file(const char *name)
{
    struct stat found;
    return stat(name, &found) == 0 && !S_ISDIR(found.st_mode);
}

/* Writes a path made of up to four parts, or nothing. */
static dn_status write_path(char *path, size_t size, const char *const parts[4])
{
    size_t length = 0;
    for (int i = 0; i < 4; i++)
        length += strlen(parts[i]);
    if (length >= size)
        return dn_fail(DN_ERROR_ARGUMENT, "a path of %zu bytes needs more room than %zu", length,
                       size);
    for (int i = 0; i < 4; i++)
        path = stpcpy(path, parts[i]);
    return DN_OK;
}

/* A file's path in the cache; file "": the folder's. */
static dn_status cache_path(const char *file, char *path, size_t size)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    const char *slash = file[0] ? "/" : "";
    if (cache && cache[0] == '/')
        return write_path(path, size, (const char *const[]){cache, "/densenet", slash, file});
    if (home && home[0])
        return write_path(path, size, (const char *const[]){home, "/.cache/densenet", slash, file});
    return dn_fail(DN_ERROR_IO,
                   "neither XDG_CACHE_HOME nor HOME is set, so pulled weights have no place");
}

dn_status dn_cache_folder(char *path, size_t size)
{
    DN_NEED(path);
    return cache_path("", path, size);
}

static dn_status write_name(const char *name, char *path, size_t size)
{
    return write_path(path, size, (const char *const[]){name, "", "", ""});
}

/* A network of a hub; where a folder has the owner's name, a file in it is meant. */
static dn_status hub_path(const char *name, const dn_hub_name *hub, char *path, size_t size)
{
    char folder[DN_HUB_FOLDER], cached[PATH_MAX];
    dn_hub_name_folder(hub, folder);
    if (cache_path(folder, cached, sizeof cached) == DN_OK && dn_is_folder(cached))
        return write_name(cached, path, size);
    return dn_is_folder(hub->owner)
               ? write_name(name, path, size)
               : dn_fail(DN_ERROR_IO,
                         "%s: there is no such file, and no network of that name has been fetched: "
                         "densenet pull %s",
                         name, name);
}

dn_status dn_weights_path(const char *name, char *path, size_t size)
{
    DN_NEED(name);
    DN_NEED(path);
    const dn_published *weights = find(name);
    dn_hub_name hub;
    char cached[PATH_MAX];
    if (!is_file(name) && !dn_is_folder(name) && dn_hub_name_parse(name, &hub))
        return hub_path(name, &hub, path, size);
    if (!weights || is_file(name))
        return write_name(name, path, size);
    DN_TRY(cache_path(weights->file, cached, sizeof cached));
    if (!is_file(cached))
        return dn_fail(DN_ERROR_IO, "%s has not been fetched yet: densenet pull %s", name,
                       weights->name);
    return write_name(cached, path, size);
}

bool dn_names_builtin(const char *name)
{
    return strcmp(name, "builtin") == 0 && !is_file(name);
}
