/* SPDX-License-Identifier: MIT */
#include "tensors/onnx/onnx_sidecar.h"

#include "base/memory.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What external_data says. */
typedef struct place {
    const char *location;
    uint64_t offset, length;
    bool has_length;
} place;

static bool read_number(const char *text, uint64_t *number)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    *number = value;
    return *text >= '0' && *text <= '9' && !*end && errno == 0;
}

static dn_status read_place(const DnOnnx__Tensor *message, const char *what, place *found)
{
    *found = (place){0};
    for (size_t i = 0; i < message->n_external_data; i++) {
        const char *key = message->external_data[i]->key, *value = message->external_data[i]->value;
        if (!key || !value)
            continue;
        bool sound = true;
        if (strcmp(key, "location") == 0)
            found->location = value;
        else if (strcmp(key, "offset") == 0)
            sound = read_number(value, &found->offset);
        else if (strcmp(key, "length") == 0)
            sound = found->has_length = read_number(value, &found->length);
        if (!sound)
            return dn_fail(DN_ERROR_FORMAT, "%s lies in another file at %s \"%.40s\", no number",
                           what, key, value);
    }
    return found->location
               ? DN_OK
               : dn_fail(DN_ERROR_FORMAT, "%s lies in another file, which is not named", what);
}

static bool climbs(const char *location)
{
    for (const char *at = location; *at;) {
        size_t length = strcspn(at, "/");
        if (length == 2 && at[0] == '.' && at[1] == '.')
            return true;
        at += length + (at[length] == '/');
    }
    return false;
}

static dn_status refuse_place(const char *what, const char *location)
{
    return dn_fail(DN_ERROR_FORMAT, "%s lies in \"%.200s\", which is not in this file's folder",
                   what, location);
}

/* The file's path, with no link in it. */
static dn_status resolve(const dn_tensor_file *file, const char *what, const char *location,
                         char target[PATH_MAX])
{
    const char *slash = strrchr(file->name, '/');
    int length = slash ? (int)(slash - file->name) : 1;
    char folder[PATH_MAX], wanted[PATH_MAX], root[PATH_MAX];
    if (!*location || *location == '/' || strchr(location, '\\') || climbs(location))
        return refuse_place(what, location);
    snprintf(folder, sizeof folder, "%.*s/", length, slash ? file->name : ".");
    int needed = snprintf(wanted, sizeof wanted, "%s%s", folder, location);
    if (needed < 0 || (size_t)needed >= sizeof wanted)
        return dn_fail(DN_ERROR_IO, "%s lies in a file whose path is too long", what);
    if (!realpath(folder, root))
        return dn_fail(DN_ERROR_IO, "%s lies beside a file whose folder cannot be opened: %s", what,
                       strerror(errno));
    if (!realpath(wanted, target))
        return dn_fail(DN_ERROR_IO, "%s lies in \"%.200s\", which cannot be opened: %s", what,
                       wanted, strerror(errno));
    size_t depth = strcmp(root, "/") == 0 ? 0 : strlen(root);
    struct stat info;
    if (strncmp(target, root, depth) != 0 || target[depth] != '/' || stat(target, &info) != 0 ||
        !S_ISREG(info.st_mode))
        return refuse_place(what, location);
    return DN_OK;
}

/* Each is mapped once; its bytes add to what reading may cost. */
static dn_status find_map(dn_tensor_file *file, const char *path, dn_sidecar **found)
{
    for (size_t i = 0; i < file->sidecar_count; i++)
        if (strcmp(file->sidecars[i].path, path) == 0) {
            *found = &file->sidecars[i];
            return DN_OK;
        }
    char *copy;
    DN_TRY(dn_pool_copy(&file->pool, path, strlen(path), &copy));
    DN_TRY(dn_pool_grow(&file->pool, sizeof *file->sidecars, file->sidecar_count,
                        &file->sidecar_capacity, &file->sidecars));
    dn_sidecar *added = &file->sidecars[file->sidecar_count];
    *added = (dn_sidecar){.path = copy};
    DN_TRY(dn_file_map_open(path, &added->map));
    file->sidecar_count++;
    dn_budget larger;
    dn_budget_begin(file->budget.file_size + added->map.size, &larger);
    larger.bytes = file->budget.bytes;
    larger.steps = file->budget.steps;
    file->budget = larger;
    *found = added;
    return DN_OK;
}

dn_status dn_onnx_external(dn_tensor_file *file, const DnOnnx__Tensor *message, const char *what,
                           const unsigned char **data, size_t *size)
{
    place at;
    char path[PATH_MAX];
    dn_sidecar *sidecar = NULL;
    DN_TRY(read_place(message, what, &at));
    if (file->borrowed)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s lies in \"%.200s\"; of a network in memory, no other file is opened",
                       what, at.location);
    DN_TRY(resolve(file, what, at.location, path));
    DN_TRY(find_map(file, path, &sidecar));
    size_t whole = sidecar->map.size;
    uint64_t length = at.has_length ? at.length : at.offset <= whole ? whole - at.offset : 0;
    if (at.offset > whole || length > whole - at.offset)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s lies at %llu to %llu of \"%.200s\", which has %zu bytes", what,
                       (unsigned long long)at.offset, (unsigned long long)(at.offset + length),
                       at.location, whole);
    if (length > whole - sidecar->taken)
        return dn_fail(DN_ERROR_FORMAT,
                       "tensors overlap in \"%.200s\": they have more bytes "
                       "together than its %zu",
                       at.location, whole);
    sidecar->taken += length;
    *data = sidecar->map.data + at.offset;
    *size = length;
    return DN_OK;
}
