/* SPDX-License-Identifier: MIT */
/* A tree leads to the chunks in the order of their places, each of which is there. */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_parts.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_PER_CHUNK = 4096 };

typedef struct chunks {
    const dn_hdf5_image *image;
    const dn_tensor *tensor;
    size_t sides[DN_MAX_RANK], next[DN_MAX_RANK]; /* the next chunk's first element */
    bool done;
    dn_hdf5_filters filters;
    unsigned char *bytes; /* the tensor's */
} chunks;

static dn_status damaged(const chunks *c)
{
    return dn_fail(DN_ERROR_FORMAT, "a chunk of tensor \"%.200s\" is damaged", c->tensor->name);
}

/* Copies what of a chunk lies within the tensor. */
static void copy_from(const chunks *c, int d, const unsigned char *from, unsigned char *to)
{
    size_t left = (size_t)c->tensor->shape[d] - c->next[d], element = c->filters.element;
    size_t length = c->sides[d] < left ? c->sides[d] : left, step = element;
    for (int inner = d + 1; inner < c->tensor->rank; inner++)
        step *= c->sides[inner];
    size_t stride = (size_t)c->tensor->strides[d] * element;
    to += c->next[d] * stride;
    if (d == c->tensor->rank - 1) {
        memcpy(to, from, length * element);
        return;
    }
    for (size_t i = 0; i < length; i++)
        copy_from(c, d + 1, from + i * step, to + i * stride);
}

static void advance(chunks *c)
{
    int d = c->tensor->rank - 1;
    for (; d >= 0; d--) {
        size_t left = (size_t)c->tensor->shape[d] - c->next[d];
        if (c->sides[d] < left) {
            c->next[d] += c->sides[d];
            return;
        }
        c->next[d] = 0;
    }
    c->done = true;
}

/* key: bytes as packed, filters that it went without, its first element, and 0. */
static dn_status read_chunk(chunks *c, dn_hdf5_bytes *pairs)
{
    uint64_t size = dn_hdf5_number(pairs, 4), without = dn_hdf5_number(pairs, 4);
    bool is_next = !c->done;
    for (int d = 0; d < c->tensor->rank; d++)
        is_next &= dn_hdf5_number(pairs, 8) == c->next[d];
    is_next &= dn_hdf5_number(pairs, 8) == 0;
    dn_hdf5_bytes rest = dn_hdf5_from(c->image, dn_hdf5_number(pairs, 8));
    dn_hdf5_bytes packed = dn_hdf5_cut(&rest, size);
    const unsigned char *found = NULL;
    DN_TRY(dn_budget_take_steps(&c->image->file->budget, STEPS_PER_CHUNK + c->filters.bytes / 4));
    if (pairs->broken || packed.broken)
        return damaged(c);
    if (!is_next)
        return dn_fail(DN_ERROR_FORMAT,
                       "a chunk of tensor \"%.200s\" is not where it should be, or was never "
                       "written",
                       c->tensor->name);
    DN_TRY(dn_hdf5_unpack(&c->filters, packed.at, packed.left, without, &found));
    if (!found)
        return damaged(c);
    copy_from(c, 0, found, c->bytes);
    advance(c);
    return DN_OK;
}

static dn_status read_node(chunks *c, uint64_t address, unsigned above)
{
    dn_hdf5_node node;
    DN_TRY(dn_budget_take_steps(&c->image->file->budget, STEPS_PER_CHUNK));
    if (!dn_hdf5_open_node(c->image, address, 1, above, &node))
        return damaged(c);
    for (size_t i = 0; i < node.count; i++) {
        if (node.level == 0) {
            DN_TRY(read_chunk(c, &node.pairs));
            continue;
        }
        dn_hdf5_skip(&node.pairs, 8 + 8 * ((uint64_t)c->tensor->rank + 1));
        uint64_t below = dn_hdf5_number(&node.pairs, 8);
        if (node.pairs.broken)
            return damaged(c);
        DN_TRY(read_node(c, below, node.level));
    }
    return DN_OK;
}

static dn_status read_all(chunks *c, uint64_t tree)
{
    if (tree != DN_HDF5_NOWHERE)
        DN_TRY(read_node(c, tree, DN_HDF5_TOP));
    return c->done ? DN_OK
                   : dn_fail(DN_ERROR_FORMAT, "a chunk of tensor \"%.200s\" was never written",
                             c->tensor->name);
}

/* The elements' size is a side more. */
static bool read_sides(chunks *c, uint64_t sides, dn_hdf5_bytes *layout)
{
    dn_hdf5_filters *filters = &c->filters;
    filters->element = filters->bytes = dn_dtype_size(c->tensor->dtype);
    if (c->tensor->rank == 0 || sides != (uint64_t)c->tensor->rank + 1)
        return false;
    for (int d = 0; d < c->tensor->rank; d++) {
        c->sides[d] = (size_t)dn_hdf5_number(layout, 4);
        if (c->sides[d] == 0 || !dn_multiply(filters->bytes, c->sides[d], &filters->bytes))
            return false;
    }
    return dn_hdf5_number(layout, 4) == filters->element && !layout->broken &&
           filters->bytes <= UINT32_MAX - DN_HDF5_CHECKSUM;
}

dn_status dn_hdf5_read_chunks(const dn_hdf5_image *image, const dn_hdf5_object *object,
                              dn_hdf5_bytes layout, const dn_tensor *tensor, unsigned char *bytes)
{
    chunks c = {.image = image, .tensor = tensor, .bytes = bytes};
    uint64_t sides = dn_hdf5_number(&layout, 1), tree = dn_hdf5_number(&layout, 8);
    if (!read_sides(&c, sides, &layout))
        return damaged(&c);
    DN_TRY(dn_hdf5_read_filters(object, &c.filters));
    DN_TRY(dn_budget_admit_bytes(&image->file->budget, 2 * dn_hdf5_room(&c.filters)));
    dn_status status = dn_alloc_aligned(dn_hdf5_room(&c.filters), 1, &c.filters.buffers[0]);
    if (status == DN_OK)
        status = dn_alloc_aligned(dn_hdf5_room(&c.filters), 1, &c.filters.buffers[1]);
    if (status == DN_OK)
        status = read_all(&c, tree);
    free(c.filters.buffers[0]);
    free(c.filters.buffers[1]);
    return status;
}
