/* SPDX-License-Identifier: MIT */
/* Folders and names, for the kinds of data sets. */
#include "data/datasets/dataset.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

dn_status dn_join_path(const char *folder, const char *name, char **path)
{
    size_t length = strlen(folder), size = length + strlen(name) + 2;
    if (name[0] == '/')
        return dn_copy_string(name, path);
    char *joined = NULL;
    DN_TRY(dn_calloc(size, 1, &joined));
    const char *between = length && folder[length - 1] != '/' ? "/" : "";
    snprintf(joined, size, "%s%s%s", folder, between, name);
    *path = joined;
    return DN_OK;
}

/* Entries whose type neither stat nor the folder gives (a dangling link) are
 * neither file nor folder. */
static bool is_wanted(int descriptor, const struct dirent *entry, bool folders)
{
    if (entry->d_type == DT_DIR || entry->d_type == DT_REG)
        return (entry->d_type == DT_DIR) == folders;
    struct stat info;
    if (fstatat(descriptor, entry->d_name, &info, 0) != 0)
        return false;
    return folders ? S_ISDIR(info.st_mode) : S_ISREG(info.st_mode);
}

/* The next entry that is wanted and not hidden; NULL at the end (errno 0) or
 * after an error. */
static const char *next_entry(DIR *stream, bool folders)
{
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(stream);
        if (!entry)
            return NULL;
        if (entry->d_name[0] != '.' && is_wanted(dirfd(stream), entry, folders))
            return entry->d_name;
    }
}

bool dn_folder_holds(const char *path, bool folders, bool (*wanted)(const char *name))
{
    DIR *stream = opendir(path);
    if (!stream)
        return false;
    const char *name;
    do
        name = next_entry(stream, folders);
    while (name && wanted && !wanted(name));
    closedir(stream);
    return name != NULL;
}

static dn_status collect(DIR *stream, const char *path, bool folders, dn_name_list *names)
{
    const char *name;
    while ((name = next_entry(stream, folders)))
        DN_TRY(dn_name_list_add(names, name, strlen(name)));
    return errno ? dn_fail(DN_ERROR_IO, "%s: cannot be read: %s", path, strerror(errno)) : DN_OK;
}

dn_status dn_list_folder(const char *path, bool folders, dn_name_list *names)
{
    DIR *stream = opendir(path);
    if (!stream)
        return dn_fail(DN_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    dn_status status = collect(stream, path, folders, names);
    closedir(stream);
    if (status == DN_OK)
        dn_name_list_sort(names);
    return status;
}

dn_status dn_fail_left_out(const dn_dataset *dataset)
{
    char formats[256];
    dn_left_out_list(&dataset->left_out, formats, sizeof formats);
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: holds only pictures in formats that are not read: %s; " DN_FORMATS_READ
                   " are",
                   dataset->path, formats);
}
