/* SPDX-License-Identifier: MIT */
#include "data/datasets/dataset.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Tried in this order: for folders, the most specific first. */
static const dn_dataset_kind *const kinds[] = {&dn_cifar_kind, &dn_tar_kind, &dn_csv_kind,
                                               &dn_folder_kind};

static dn_status probe_path(const char *path, dn_probe *probe)
{
    struct stat info;
    *probe = (dn_probe){.path = path};
    if (stat(path, &info) != 0)
        return dn_fail(DN_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    probe->folder = S_ISDIR(info.st_mode);
    if (probe->folder)
        return DN_OK;
    if (!S_ISREG(info.st_mode))
        return dn_fail(DN_ERROR_IO, "%s: a data set is a folder or a file, this is neither", path);
    probe->size = (size_t)info.st_size;
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return dn_fail(DN_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    size_t count = fread(probe->head, 1, sizeof probe->head, stream);
    bool sound = !ferror(stream) && (count == sizeof probe->head || count == probe->size);
    fclose(stream);
    return sound ? DN_OK : dn_fail(DN_ERROR_IO, "%s: cannot be read", path);
}

static dn_status fail_unknown(const dn_probe *probe)
{
    static const struct {
        const char *magic, *name;
    } compressors[] = {{"\x1f\x8b", "gzip"},
                       {"BZh", "bzip2"},
                       {"\xfd"
                        "7zXZ",
                        "xz"},
                       {"\x28\xb5\x2f\xfd", "zstd"}};
    for (size_t i = 0; i < sizeof compressors / sizeof *compressors; i++)
        if (memcmp(probe->head, compressors[i].magic, strlen(compressors[i].magic)) == 0)
            return dn_fail(
                DN_ERROR_FORMAT,
                "%s: is compressed by %s; data sets are read in place, so decompress it first",
                probe->path, compressors[i].name);
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: is not a data set; expected a folder of class folders, CIFAR binary files, "
                   "a tar, or a CSV",
                   probe->path);
}

static dn_status finish(const dn_dataset *dataset)
{
    if (dataset->count == 0)
        return dn_fail(DN_ERROR_FORMAT, "%s: holds no pictures", dataset->path);
    return DN_OK;
}

dn_status dn_dataset_open(const char *path, dn_portion portion, dn_dataset **out)
{
    DN_NEED(path);
    DN_NEED(out);
    dn_probe probe;
    DN_TRY(probe_path(path, &probe));
    const dn_dataset_kind *kind = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !kind; i++)
        if (kinds[i]->claims(&probe))
            kind = kinds[i];
    if (!kind)
        return fail_unknown(&probe);
    dn_dataset *dataset = NULL;
    DN_TRY(dn_calloc(1, sizeof *dataset, &dataset));
    dataset->kind = kind;
    dn_status status = dn_copy_string(path, &dataset->path);
    if (status == DN_OK)
        status = kind->open(path, portion, dataset);
    if (status == DN_OK)
        status = finish(dataset);
    if (status == DN_OK)
        dn_dataset_forget(dataset);
    if (status != DN_OK) {
        dn_dataset_free(dataset);
        return status;
    }
    *out = dataset;
    return DN_OK;
}
