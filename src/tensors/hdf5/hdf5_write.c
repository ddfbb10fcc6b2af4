/* SPDX-License-Identifier: MIT */
/* Keras' HDF5 files: put together (hdf5_maker.h), then written from beginning to end. */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_maker.h"
#include "tensors/tensors.h"
#include "tensors/writers.h"

#include <stdlib.h>

/* ----------------------------------------------------------------- describing */

static void put_header(dn_hdf5_maker *m, uint64_t begin, dn_hdf5_item *item)
{
    item->address = begin + m->described.length;
    dn_hdf5_put(&m->described, 2, 1);
    dn_hdf5_put(&m->described, 2, item->message_count);
    dn_hdf5_put(&m->described, 4, 1); /* link */
    dn_hdf5_put(&m->described, 8, item->messages.length);
    m->described.failed |= item->messages.failed;
    dn_text_add_bytes(&m->described, item->messages.data, item->messages.length);
}

/* Items were added after the groups that they are in. */
static dn_status describe(dn_hdf5_maker *m)
{
    dn_hdf5_end_collection(m);
    uint64_t begin = m->begin + m->texts.length;
    for (dn_hdf5_item *item = m->last; item; item = item->before) {
        if (item->is_group)
            DN_TRY(dn_hdf5_put_members(m, begin, item));
        put_header(m, begin, item);
    }
    return DN_OK;
}

/* -------------------------------------------------------------------- writing */

/* Writes a text that is complete, and frees it. */
static dn_status write_text(dn_file_writer *writer, dn_text *text)
{
    size_t length = text->length;
    char *bytes = NULL;
    DN_TRY(dn_text_take(text, &bytes));
    dn_status status = dn_file_write(writer, bytes, length);
    free(bytes);
    return status;
}

/* Version 0; addresses and lengths of 8 bytes; the root is described once more. */
static dn_status write_superblock(const dn_hdf5_maker *m, dn_file_writer *writer)
{
    const dn_hdf5_item *root = m->root;
    dn_text block = {0};
    dn_text_add_bytes(&block, "\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0", 16);
    dn_hdf5_put(&block, 2, DN_HDF5_LEAF);
    dn_hdf5_put(&block, 2, DN_HDF5_BRANCH);
    dn_hdf5_put(&block, 4, 0);
    dn_hdf5_put(&block, 8, 0); /* addresses count from the first byte */
    dn_hdf5_put(&block, 8, DN_HDF5_NOWHERE);
    dn_hdf5_put(&block, 8, m->begin + m->texts.length + m->described.length);
    dn_hdf5_put(&block, 8, DN_HDF5_NOWHERE);
    dn_hdf5_put(&block, 8, 0);
    dn_hdf5_put(&block, 8, root->address);
    dn_hdf5_put(&block, 8, 1); /* what follows is the root's symbols */
    dn_hdf5_put(&block, 8, root->tree);
    dn_hdf5_put(&block, 8, root->names);
    return write_text(writer, &block);
}

static dn_status write_numbers(const dn_hdf5_maker *m, dn_file_writer *writer)
{
    uint64_t end = DN_HDF5_SUPERBLOCK;
    static const char zeros[8];
    for (size_t i = 0; i <= m->count; i++) {
        DN_TRY(dn_file_write(writer, zeros, (size_t)(dn_hdf5_align(end) - end)));
        if (i == m->count)
            break;
        DN_TRY(dn_output_write(writer, &m->outputs[i]));
        end = dn_hdf5_align(end) + dn_output_bytes(&m->outputs[i]);
    }
    return DN_OK;
}

static dn_status make(dn_hdf5_maker *m, dn_status (*add_outputs)(dn_hdf5_maker *),
                      const char *metadata)
{
    DN_TRY(add_outputs(m));
    DN_TRY(dn_hdf5_add_text(m, m->root, DN_METADATA_ENTRY, metadata));
    return describe(m);
}

static dn_status write_whole(dn_hdf5_maker *m, dn_file_writer *writer)
{
    DN_TRY(write_superblock(m, writer));
    DN_TRY(write_numbers(m, writer));
    DN_TRY(write_text(writer, &m->texts));
    return write_text(writer, &m->described);
}

static dn_status write(dn_file_writer *writer, dn_status (*add_outputs)(dn_hdf5_maker *),
                       const char *metadata, const dn_output *outputs, size_t count)
{
    dn_hdf5_maker m;
    dn_status status = dn_hdf5_begin(&m, outputs, count);
    if (status == DN_OK)
        status = make(&m, add_outputs, metadata);
    if (status == DN_OK)
        status = write_whole(&m, writer);
    dn_hdf5_drop(&m);
    return status;
}

dn_status dn_write_keras_layers(dn_file_writer *writer, const char *metadata,
                                const dn_output *outputs, size_t count)
{
    return write(writer, dn_hdf5_add_by_names, metadata, outputs, count);
}

dn_status dn_write_keras_classes(dn_file_writer *writer, const char *metadata,
                                 const dn_output *outputs, size_t count)
{
    return write(writer, dn_hdf5_add_by_classes, metadata, outputs, count);
}
