/* SPDX-License-Identifier: MIT */
/* Chunks are taken from the file as they are and unpacked here, into no more memory than they
 * promise; the library's own filters would let them grow. */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_parts.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MOST_FILTERS = 4, STEPS_PER_CHUNK = 4096, CHECKSUM = 4 };

typedef struct chunks {
    const dn_hdf5_image *image;
    hid_t dataset;
    const dn_tensor *tensor;
    hsize_t sides[DN_MAX_RANK];
    size_t element, bytes; /* of an element, and of a whole chunk */
    int filters[MOST_FILTERS], filter_count;
    unsigned char *packed, *spare; /* each holds a chunk; of what is packed, all of the file */
} chunks;

static dn_status damaged(const chunks *c)
{
    return dn_fail(DN_ERROR_FORMAT, "a chunk of tensor \"%.200s\" is damaged", c->tensor->name);
}

static dn_status read_filters(chunks *c, hid_t list)
{
    c->filter_count = H5(H5Pget_nfilters)(list);
    if (c->filter_count < 0 || c->filter_count > MOST_FILTERS)
        return damaged(c);
    for (int i = 0; i < c->filter_count; i++) {
        size_t values = 0;
        c->filters[i] = H5(H5Pget_filter2)(list, (unsigned)i, NULL, &values, NULL, 0, NULL, NULL);
        if (c->filters[i] != H5Z_FILTER_DEFLATE && c->filters[i] != H5Z_FILTER_SHUFFLE &&
            c->filters[i] != H5Z_FILTER_FLETCHER32)
            return dn_fail(DN_ERROR_FORMAT,
                           "tensor \"%.200s\" is packed by filter %d; deflate, shuffle and "
                           "fletcher32 are read",
                           c->tensor->name, c->filters[i]);
    }
    return DN_OK;
}

static dn_status read_sides(chunks *c, hid_t list)
{
    int rank = c->tensor->rank;
    if (H5(H5Pget_chunk)(list, DN_MAX_RANK, c->sides) != rank)
        return damaged(c);
    c->element = c->bytes = dn_dtype_size(c->tensor->dtype);
    for (int d = 0; d < rank; d++)
        if (c->sides[d] == 0 || !dn_multiply(c->bytes, c->sides[d], &c->bytes))
            return damaged(c);
    if (c->bytes > UINT32_MAX)
        return damaged(c);
    return dn_budget_admit_bytes(&c->image->file->budget, c->bytes);
}

/* -------------------------------------------------------------------- filters */

/* Inflates into `spare`. */
static bool inflate_chunk(const unsigned char *packed, size_t size, unsigned char *out, size_t room,
                          size_t *made)
{
    z_stream stream = {0};
    if (inflateInit(&stream) != Z_OK)
        return false;
    stream.next_in = (unsigned char *)packed;
    stream.avail_in = (uInt)size;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    bool sound = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    *made = room - stream.avail_out;
    inflateEnd(&stream);
    return sound;
}

/* The first bytes of all elements, then the second ones, back to elements. */
static void unshuffle(const unsigned char *shuffled, size_t size, size_t element,
                      unsigned char *out)
{
    size_t count = size / element;
    for (size_t byte = 0; byte < element; byte++)
        for (size_t i = 0; i < count; i++)
            out[i * element + byte] = shuffled[byte * count + i];
    memcpy(out + count * element, shuffled + count * element, size - count * element);
}

/* Undoes the filters, the last first; *found is where the chunk is then. */
static bool unpack(chunks *c, size_t size, unsigned skipped, unsigned char **found)
{
    unsigned char *at = c->packed, *other = c->spare;
    for (int i = c->filter_count; i-- > 0;) {
        if (skipped >> i & 1)
            continue;
        if (c->filters[i] == H5Z_FILTER_FLETCHER32) {
            if (size < CHECKSUM)
                return false;
            size -= CHECKSUM;
            continue;
        }
        if (c->filters[i] == H5Z_FILTER_DEFLATE) {
            if (!inflate_chunk(at, size, other, c->bytes + CHECKSUM, &size))
                return false;
        } else {
            if (size > c->bytes + CHECKSUM)
                return false;
            unshuffle(at, size, c->element, other);
        }
        unsigned char *was = at;
        at = other;
        other = was;
    }
    *found = at;
    return size == c->bytes;
}

/* --------------------------------------------------------------------- places */

/* Copies what of a chunk lies within the tensor, whose element at `start` is its first. */
static void copy_from(const chunks *c, int d, const hsize_t *start, const unsigned char *from,
                      unsigned char *to)
{
    hsize_t left = (hsize_t)c->tensor->shape[d] - start[d];
    size_t length = c->sides[d] < left ? c->sides[d] : left, step = c->element;
    for (int inner = d + 1; inner < c->tensor->rank; inner++)
        step *= c->sides[inner];
    size_t stride = (size_t)c->tensor->strides[d] * c->element;
    to += start[d] * stride;
    if (d == c->tensor->rank - 1) {
        memcpy(to, from, length * c->element);
        return;
    }
    for (size_t i = 0; i < length; i++)
        copy_from(c, d + 1, start, from + i * step, to + i * stride);
}

static dn_status read_chunk(chunks *c, const hsize_t *start, unsigned char *bytes)
{
    unsigned skipped = 0;
    uint32_t mask = 0;
    haddr_t address = HADDR_UNDEF;
    hsize_t size = 0;
    unsigned char *found;
    if (H5(H5Dget_chunk_info_by_coord)(c->dataset, start, &skipped, &address, &size) < 0)
        return damaged(c);
    if (address == HADDR_UNDEF || size == 0)
        return dn_fail(DN_ERROR_FORMAT, "a chunk of tensor \"%.200s\" was never written",
                       c->tensor->name);
    if (size > c->image->size || size > 2 * c->bytes + 1024 ||
        H5(H5Dread_chunk)(c->dataset, H5P_DEFAULT, start, &mask, c->packed) < 0 ||
        !unpack(c, size, mask, &found))
        return damaged(c);
    copy_from(c, 0, start, found, bytes);
    return DN_OK;
}

static dn_status read_each(chunks *c, unsigned char *bytes)
{
    hsize_t start[DN_MAX_RANK] = {0};
    for (;;) {
        DN_TRY(dn_budget_take_steps(&c->image->file->budget, STEPS_PER_CHUNK + c->bytes / 4));
        DN_TRY(read_chunk(c, start, bytes));
        int d = c->tensor->rank - 1;
        for (; d >= 0; d--) {
            start[d] += c->sides[d];
            if (start[d] < (hsize_t)c->tensor->shape[d])
                break;
            start[d] = 0;
        }
        if (d < 0)
            return DN_OK;
    }
}

dn_status dn_hdf5_read_chunks(const dn_hdf5_image *image, hid_t dataset, hid_t list,
                              const dn_tensor *tensor, unsigned char *bytes)
{
    chunks c = {.image = image, .dataset = dataset, .tensor = tensor};
    DN_TRY(read_filters(&c, list));
    DN_TRY(read_sides(&c, list));
    dn_status status = dn_calloc(2 * c.bytes + 1024, 1, &c.packed);
    if (status == DN_OK)
        status = dn_calloc(2 * c.bytes + 1024, 1, &c.spare);
    if (status == DN_OK)
        status = read_each(&c, bytes);
    free(c.packed);
    free(c.spare);
    return status;
}
