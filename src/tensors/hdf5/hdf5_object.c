/* SPDX-License-Identifier: MIT */
/* Headers of groups and datasets: lists of messages, in one block or several. */
#include "tensors/hdf5/hdf5_parts.h"

enum {
    VERSION = 1,
    LINK_INFO = 2,
    LINK = 6,
    CONTINUATION = 0x10,
    SHARED = 2,
    STEPS_PER_OBJECT = 4096,
    STEPS_PER_MESSAGE = 64
};

typedef struct header {
    const dn_hdf5_image *image;
    dn_hdf5_object *object;
    size_t promised, capacity; /* messages */
} header;

static dn_status damaged(const header *h)
{
    return dn_fail(DN_ERROR_FORMAT, "its object \"%.200s\" is damaged", h->object->path);
}

/* Those that are read, and those that say nothing of numbers. */
static bool is_known(unsigned type)
{
    enum { NIL = 0, OLD_FILL = 4, COMMENT = 0xd, OLD_TIME = 0xe, TIME = 0x12 };
    static const unsigned char known[] = {NIL,
                                          DN_HDF5_SPACE,
                                          DN_HDF5_TYPE,
                                          OLD_FILL,
                                          DN_HDF5_FILL,
                                          DN_HDF5_EXTERNAL,
                                          DN_HDF5_LAYOUT,
                                          DN_HDF5_FILTERS,
                                          DN_HDF5_ATTRIBUTE,
                                          COMMENT,
                                          OLD_TIME,
                                          CONTINUATION,
                                          DN_HDF5_SYMBOLS,
                                          TIME};
    for (size_t i = 0; i < sizeof known; i++)
        if (known[i] == type)
            return true;
    return false;
}

static dn_status read_message(header *h, dn_hdf5_bytes *block)
{
    dn_hdf5_object *object = h->object;
    dn_hdf5_message message = {.type = (unsigned)dn_hdf5_number(block, 2)};
    uint64_t size = dn_hdf5_number(block, 2), flags = dn_hdf5_number(block, 1);
    dn_hdf5_skip(block, 3);
    message.body = dn_hdf5_cut(block, size);
    if (block->broken || object->count == h->promised)
        return damaged(h);
    if (message.type == LINK_INFO || message.type == LINK)
        return dn_fail(
            DN_ERROR_FORMAT,
            "its group \"%.200s\" has links in HDF5's newer structures, as links to other "
            "files always are, which are not read; save it as Keras does, with h5py's "
            "libver=\"earliest\" and without such links",
            object->path);
    if (!is_known(message.type))
        return dn_hdf5_refuse_newer();
    if (flags & SHARED)
        return dn_fail(
            DN_ERROR_FORMAT,
            "its object \"%.200s\" has a part in common with others, such as a type with "
            "a name; save it without",
            object->path);
    DN_TRY(dn_budget_take_steps(&h->image->file->budget, STEPS_PER_MESSAGE));
    DN_TRY(dn_pool_grow(&h->image->file->pool, sizeof message, object->count, &h->capacity,
                        &object->messages));
    object->messages[object->count++] = message;
    return DN_OK;
}

static dn_status read_block(header *h, dn_hdf5_bytes block)
{
    if (block.broken)
        return damaged(h);
    while (block.left)
        DN_TRY(read_message(h, &block));
    return DN_OK;
}

/* Each block is a message's, and messages are counted, so blocks that lead to one another end. */
static dn_status read_continuations(header *h)
{
    for (size_t i = 0; i < h->object->count; i++) {
        dn_hdf5_bytes body = h->object->messages[i].body;
        if (h->object->messages[i].type != CONTINUATION)
            continue;
        dn_hdf5_bytes rest = dn_hdf5_from(h->image, dn_hdf5_number(&body, 8));
        dn_hdf5_bytes block = dn_hdf5_cut(&rest, dn_hdf5_number(&body, 8));
        if (body.broken)
            return damaged(h);
        DN_TRY(read_block(h, block));
    }
    return DN_OK;
}

dn_status dn_hdf5_read_object(const dn_hdf5_image *image, uint64_t address, const char *path,
                              dn_hdf5_object *object)
{
    *object = (dn_hdf5_object){.path = path};
    header h = {.image = image, .object = object};
    dn_hdf5_bytes bytes = dn_hdf5_from(image, address), letters = bytes;
    DN_TRY(dn_budget_take_steps(&image->file->budget, STEPS_PER_OBJECT));
    if (dn_hdf5_number(&letters, 4) == 0x5244484f) /* "OHDR" */
        return dn_hdf5_refuse_newer();
    if (dn_hdf5_number(&bytes, 1) != VERSION)
        return damaged(&h);
    dn_hdf5_skip(&bytes, 1);
    h.promised = (size_t)dn_hdf5_number(&bytes, 2);
    dn_hdf5_skip(&bytes, 4); /* how many links lead here */
    uint64_t size = dn_hdf5_number(&bytes, 4);
    dn_hdf5_skip(&bytes, 4);
    DN_TRY(read_block(&h, dn_hdf5_cut(&bytes, size)));
    DN_TRY(read_continuations(&h));
    return object->count == h.promised ? DN_OK : damaged(&h);
}

bool dn_hdf5_find_message(const dn_hdf5_object *object, unsigned type, dn_hdf5_bytes *body)
{
    for (size_t i = 0; i < object->count; i++)
        if (object->messages[i].type == type) {
            *body = object->messages[i].body;
            return true;
        }
    return false;
}
