/* SPDX-License-Identifier: MIT */
/* HDF5 files, which are opened as an image in memory: the library is given no name of a file and
 * follows none. */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_files.h"
#include "tensors/hdf5/hdf5_parts.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_DEPTH = 32, MOST_PATH = 1024, STEPS_PER_OBJECT = 4096 };

/* ------------------------------------------------------------------ the file */

/* The library would copy the image; it is told that the copy has been made. It is opened for
 * reading only, and so is not written to. */
static void *lend(size_t size, H5FD_file_image_op_t operation, void *image)
{
    (void)size, (void)operation;
    return (void *)((const dn_hdf5_image *)image)->data;
}

static void *pretend_copy(void *to, const void *from, size_t size, H5FD_file_image_op_t operation,
                          void *image)
{
    (void)from, (void)size, (void)operation, (void)image;
    return to;
}

static void *refuse_resize(void *at, size_t size, H5FD_file_image_op_t operation, void *image)
{
    (void)at, (void)size, (void)operation, (void)image;
    return NULL;
}

static herr_t keep(void *at, H5FD_file_image_op_t operation, void *image)
{
    (void)at, (void)operation, (void)image;
    return 0;
}

static void *same_image(void *image)
{
    return image;
}

static herr_t no_release(void *image)
{
    (void)image;
    return 0;
}

static hid_t open_image(dn_hdf5_image *image)
{
    H5FD_file_image_callbacks_t callbacks = {lend,       pretend_copy, refuse_resize, keep,
                                             same_image, no_release,   image};
    hid_t list = H5(H5Pcreate)(dn_hdf5.file_access), file = H5I_INVALID_HID;
    if (list < 0)
        return list;
    if (H5(H5Pset_fapl_core)(list, 65536, false) >= 0 &&
        H5(H5Pset_file_image_callbacks)(list, &callbacks) >= 0 &&
        H5(H5Pset_file_image)(list, (void *)image->data, image->size) >= 0)
        file = H5(H5Fopen)("image", DN_HDF5_READ, list);
    H5(H5Pclose)(list);
    return file;
}

/* ------------------------------------------------------------------- objects */

/* A walk through the groups. */
typedef struct walk {
    dn_hdf5_image *image;
    char path[MOST_PATH];
    size_t length;
    int depth;
    haddr_t *groups; /* where those that were entered lie */
    size_t count, capacity;
    dn_status status;
} walk;

static dn_status enter_group(walk *w, haddr_t address)
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

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *link, void *walk);

static dn_status read_group(walk *w, hid_t group)
{
    hsize_t next = 0;
    DN_TRY(dn_hdf5_read_attributes(w->image, group, w->path));
    w->depth++;
    herr_t result = H5(H5Literate)(group, H5_INDEX_NAME, H5_ITER_INC, &next, visit_link, w);
    w->depth--;
    if (w->status == DN_OK && result < 0)
        return dn_fail(DN_ERROR_FORMAT, "its group \"%.200s\" is damaged", w->path);
    return w->status;
}

static dn_status read_object(walk *w, hid_t object)
{
    H5O_info_t about;
    memset(&about, 0, sizeof about);
    if (H5(H5Oget_info2)(object, &about, H5O_INFO_BASIC) < 0)
        return dn_fail(DN_ERROR_FORMAT, "its object \"%.200s\" is damaged", w->path);
    if (about.type == H5O_TYPE_DATASET)
        return dn_hdf5_read_dataset(w->image, object, w->path);
    if (about.type != H5O_TYPE_GROUP)
        return DN_OK;
    DN_TRY(enter_group(w, about.addr));
    return read_group(w, object);
}

static dn_status follow_link(walk *w, hid_t group, const char *name, const H5L_info_t *link)
{
    size_t length = strlen(name), before = w->length;
    DN_TRY(dn_budget_take_steps(&w->image->file->budget, STEPS_PER_OBJECT));
    if (link->type != H5L_TYPE_HARD)
        return dn_fail(DN_ERROR_FORMAT, "its link \"%.200s\" is not followed: it leads by a name",
                       name);
    if (length + before + 2 > sizeof w->path)
        return dn_fail(DN_ERROR_LIMIT, "has a path of more than %d bytes", MOST_PATH);
    if (before)
        w->path[w->length++] = '/';
    memcpy(w->path + w->length, name, length + 1);
    w->length += length;
    hid_t object = H5(H5Oopen)(group, name, H5P_DEFAULT);
    dn_status status = object < 0
                           ? dn_fail(DN_ERROR_FORMAT, "its object \"%.200s\" is damaged", w->path)
                           : read_object(w, object);
    if (object >= 0)
        H5(H5Oclose)(object);
    w->length = before;
    w->path[before] = '\0';
    return status;
}

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *link, void *context)
{
    walk *w = context;
    w->status = follow_link(w, group, name, link);
    return w->status == DN_OK ? 0 : -1;
}

static dn_status read_root(dn_hdf5_image *image)
{
    hid_t root = open_image(image);
    if (root < 0)
        return dn_fail(DN_ERROR_FORMAT, "is a damaged or truncated HDF5 file");
    walk w = {.image = image};
    dn_status status = read_object(&w, root);
    H5(H5Fclose)(root);
    return status;
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
    DN_TRY(dn_hdf5_check_forms(&image));
    DN_TRY(dn_hdf5_enter());
    dn_status status = read_root(&image);
    dn_hdf5_leave();
    return status == DN_OK ? add_metadata(file) : status;
}

dn_status dn_hdf5_read_file(dn_tensor_file *file)
{
    return dn_hdf5_read(file, file->map.data, file->map.size);
}
