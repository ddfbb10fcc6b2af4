/* SPDX-License-Identifier: MIT */
/* HDF5 files, from their root through all groups. */
#include "tensors/hdf5/hdf5_files.h"
#include "tensors/hdf5/hdf5_parts.h"

#include <string.h>

enum { MOST_DEPTH = 32, MOST_PATH = 1024 };

/* A walk through the groups. */
typedef struct walk {
    dn_hdf5_image *image;
    char path[MOST_PATH];
    size_t length;
    int depth;
    uint64_t *groups; /* where those that were entered lie */
    size_t count, capacity;
} walk;

static dn_status enter_group(walk *w, uint64_t address)
{
    if (w->depth == MOST_DEPTH)
        return dn_fail(DN_ERROR_LIMIT, "has groups within groups, %d deep", MOST_DEPTH);
    for (size_t i = 0; i < w->count; i++)
        if (w->groups[i] == address)
            return dn_fail(DN_ERROR_FORMAT, "has more than one path to its group \"%.200s\"",
                           w->path);
    DN_TRY(dn_budget_take_steps(&w->image->file->budget, w->count));
    DN_TRY(
        dn_pool_grow(&w->image->file->pool, sizeof *w->groups, w->count, &w->capacity, &w->groups));
    w->groups[w->count++] = address;
    return DN_OK;
}

static dn_status extend_path(walk *w, const char *name)
{
    size_t length = strlen(name);
    if (length + w->length + 2 > sizeof w->path)
        return dn_fail(DN_ERROR_LIMIT, "has a path of more than %d bytes", MOST_PATH);
    if (w->length)
        w->path[w->length++] = '/';
    memcpy(w->path + w->length, name, length + 1);
    w->length += length;
    return DN_OK;
}

static dn_status read_object(walk *w, uint64_t address);

static dn_status read_group(walk *w, const dn_hdf5_object *group)
{
    dn_hdf5_link *links;
    size_t count, before = w->length;
    DN_TRY(dn_hdf5_read_attributes(w->image, group));
    DN_TRY(dn_hdf5_list_group(w->image, group, &links, &count));
    w->depth++;
    for (size_t i = 0; i < count; i++) {
        DN_TRY(extend_path(w, links[i].name));
        DN_TRY(read_object(w, links[i].address));
        w->length = before;
        w->path[before] = '\0';
    }
    w->depth--;
    return DN_OK;
}

static dn_status read_object(walk *w, uint64_t address)
{
    dn_hdf5_object object;
    dn_hdf5_bytes body;
    DN_TRY(dn_hdf5_read_object(w->image, address, w->path, &object));
    if (dn_hdf5_find_message(&object, DN_HDF5_LAYOUT, &body))
        return dn_hdf5_read_dataset(w->image, &object);
    if (!dn_hdf5_find_message(&object, DN_HDF5_SYMBOLS, &body))
        return DN_OK;
    DN_TRY(enter_group(w, address));
    return read_group(w, &object);
}

/* What this program wrote, if it did. */
static dn_status add_metadata(dn_tensor_file *file)
{
    const dn_value *value = dn_tensor_file_value(file, "@" DN_METADATA_ENTRY);
    return value && value->texts
               ? dn_tensor_file_add_metadata(file, value->texts[0], strlen(value->texts[0]))
               : DN_OK;
}

dn_status dn_hdf5_read(dn_tensor_file *file, const unsigned char *data, size_t size)
{
    dn_hdf5_image image = {.file = file, .data = data, .size = size};
    walk w = {.image = &image};
    uint64_t root;
    DN_TRY(dn_hdf5_read_superblock(&image, &root));
    DN_TRY(read_object(&w, root));
    DN_TRY(dn_hdf5_check_overlaps(&image));
    return add_metadata(file);
}

dn_status dn_hdf5_read_file(dn_tensor_file *file)
{
    return dn_hdf5_read(file, file->map.data, file->map.size);
}
