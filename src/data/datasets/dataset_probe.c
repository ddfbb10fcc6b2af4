/* SPDX-License-Identifier: MIT */
#include "data/datasets/shard_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

dn_status dn_probe_path(const char *path, dn_probe *probe)
{
    struct stat info;
    *probe = (dn_probe){.path = path};
    if (stat(path, &info) != 0) {
        probe->pattern = dn_is_shard_pattern(path);
        if (probe->pattern)
            return DN_OK;
        return dn_fail(DN_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    }
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
