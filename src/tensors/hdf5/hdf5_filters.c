/* SPDX-License-Identifier: MIT */
/* What chunks were packed by, undone into no more memory than a chunk promises. */
#include "tensors/hdf5/hdf5_parts.h"

#include <string.h>
#include <zlib.h>

enum { DEFLATE = 1, SHUFFLE = 2, FLETCHER32 = 3 };

static dn_status damaged(const dn_hdf5_object *object)
{
    return dn_fail(DN_ERROR_FORMAT, "the filters of tensor \"%.200s\" are damaged", object->path);
}

/* One filter: its number, name, and numbers of its own, an even number of which are stored. */
static dn_status read_filter(const dn_hdf5_object *object, dn_hdf5_bytes *body,
                             dn_hdf5_filters *filters)
{
    uint64_t id = dn_hdf5_number(body, 2), name = dn_hdf5_number(body, 2);
    dn_hdf5_skip(body, 2);
    uint64_t numbers = dn_hdf5_number(body, 2);
    dn_hdf5_skip(body, name);
    dn_hdf5_bytes own = dn_hdf5_cut(body, 4 * (numbers + numbers % 2));
    if (body->broken)
        return damaged(object);
    if (id != DEFLATE && id != SHUFFLE && id != FLETCHER32)
        return dn_fail(DN_ERROR_FORMAT,
                       "tensor \"%.200s\" is packed by filter %d; deflate, shuffle and fletcher32 "
                       "are read, so save it with compression=\"gzip\" or none",
                       object->path, (int)id);
    if (id == SHUFFLE && dn_hdf5_number(&own, 4) != filters->element)
        return damaged(object);
    filters->ids[filters->count++] = (int)id;
    return DN_OK;
}

dn_status dn_hdf5_read_filters(const dn_hdf5_object *object, dn_hdf5_filters *filters)
{
    dn_hdf5_bytes body;
    if (!dn_hdf5_find_message(object, DN_HDF5_FILTERS, &body))
        return DN_OK;
    uint64_t version = dn_hdf5_number(&body, 1), count = dn_hdf5_number(&body, 1);
    dn_hdf5_skip(&body, 6);
    if (version > 1)
        return dn_hdf5_refuse_newer();
    if (version != 1 || count > DN_HDF5_MOST_FILTERS)
        return damaged(object);
    for (uint64_t i = 0; i < count; i++)
        DN_TRY(read_filter(object, &body, filters));
    return DN_OK;
}

/* ------------------------------------------------------------------- undoing */

/* *sound: whether it is a stream of zlib's that has room. */
static dn_status inflate_chunk(const unsigned char *packed, size_t size, size_t room,
                               unsigned char *out, size_t *made, bool *sound)
{
    z_stream stream = {.next_in = (unsigned char *)packed,
                       .avail_in = (uInt)size,
                       .next_out = out,
                       .avail_out = (uInt)room};
    if (inflateInit(&stream) != Z_OK)
        return dn_fail_memory(sizeof stream);
    *sound = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    *made = room - stream.avail_out;
    inflateEnd(&stream);
    return DN_OK;
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

/* Sums modulo 65535, of which 65535 stands for 0 unless all are 0. */
static uint32_t fold(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint32_t)sum;
}

/* Fletcher's sums of 16-bit words, the big end first; an odd byte is a word's first. */
static uint32_t checksum(const unsigned char *bytes, size_t size)
{
    enum { WORDS = 1 << 15 }; /* after which sums could overflow, if they were not folded */
    uint64_t sum = 0, sums = 0;
    for (size_t i = 0; i < size; i += 2) {
        sum += (uint64_t)bytes[i] << 8 | (i + 1 < size ? bytes[i + 1] : 0);
        sums += sum;
        if (i / 2 % WORDS == WORDS - 1) {
            sum = fold(sum);
            sums = fold(sums);
        }
    }
    return fold(sums) << 16 | fold(sum);
}

/* The sum is stored behind what it is of. */
static bool check(const unsigned char *bytes, size_t *size)
{
    if (*size < DN_HDF5_CHECKSUM)
        return false;
    *size -= DN_HDF5_CHECKSUM;
    dn_hdf5_bytes stored = {.at = bytes + *size, .left = DN_HDF5_CHECKSUM};
    return checksum(bytes, *size) == dn_hdf5_number(&stored, DN_HDF5_CHECKSUM);
}

dn_status dn_hdf5_unpack(const dn_hdf5_filters *filters, const unsigned char *packed, size_t size,
                         uint64_t without, const unsigned char **found)
{
    const unsigned char *at = packed;
    size_t room = dn_hdf5_room(filters);
    bool sound = true;
    for (int i = filters->count; i-- > 0 && sound;) {
        unsigned char *out = filters->buffers[at == filters->buffers[0]];
        if (without >> i & 1)
            continue;
        if (filters->ids[i] == FLETCHER32) {
            sound = check(at, &size);
            continue;
        }
        if (filters->ids[i] == DEFLATE)
            DN_TRY(inflate_chunk(at, size, room, out, &size, &sound));
        else if ((sound = size <= room))
            unshuffle(at, size, filters->element, out);
        at = out;
    }
    *found = sound && size == filters->bytes ? at : NULL;
    return DN_OK;
}
