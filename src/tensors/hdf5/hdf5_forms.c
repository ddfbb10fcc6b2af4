/* SPDX-License-Identifier: MIT */
/* What is looked at before libhdf5 sees a file, because it does not look at it itself. HDF5 has had
 * three generations of structures; Keras, by h5py's default, writes the first alone, and those of
 * the newer ones do not reach the library. Of the first, collections of texts of variable length
 * are walked. */
#include "tensors/hdf5/hdf5_parts.h"

#include <string.h>

/* In the superblock. */
enum { VERSION = 8, NEWEST_VERSION = 1, OFFSET_SIZE = 13, LENGTH_SIZE = 14, SUPERBLOCK = 15 };

/* Of a collection, which begins with its magic, version and size, and of each object in it. */
enum { COLLECTION_HEADER = 16, OBJECT_HEADER = 16 };

static uint64_t get64(const unsigned char *at)
{
    uint64_t number = 0;
    for (int i = 8; i-- > 0;)
        number = number << 8 | at[i];
    return number;
}

static bool has_newer(const unsigned char *data, size_t size)
{
    /* With their versions: headers of objects, of heaps and trees, of arrays of chunks. */
    static const char newer[][5] = {{'O', 'H', 'D', 'R', 2},
                                    {'F', 'R', 'H', 'P', 0},
                                    {'B', 'T', 'H', 'D', 0},
                                    {'F', 'A', 'H', 'D', 0},
                                    {'E', 'A', 'H', 'D', 0}};
    bool found = false;
    for (size_t i = 0; i < sizeof newer / sizeof *newer && !found; i++)
        found = memmem(data, size, newer[i], sizeof newer[i]) != NULL;
    return found;
}

/* Whether each object of a collection lies within it; object 0 is what is free. *longest grows to
 * the longest. */
static bool is_collection(const unsigned char *at, size_t left, size_t *longest)
{
    uint64_t size = left < COLLECTION_HEADER ? 0 : get64(at + 8), offset = COLLECTION_HEADER;
    if (size < COLLECTION_HEADER || size > left)
        return false;
    while (size - offset >= OBJECT_HEADER) {
        bool is_free = at[offset] == 0 && at[offset + 1] == 0;
        uint64_t room = size - offset, length = get64(at + offset + 8);
        if (is_free ? length < OBJECT_HEADER || length > room : length > room - OBJECT_HEADER)
            return false;
        if (!is_free) {
            *longest = length > *longest ? length : *longest;
            length = OBJECT_HEADER + (length + 7) / 8 * 8;
        }
        offset += length < room ? length : room;
    }
    return true;
}

static bool check_collections(dn_hdf5_image *image)
{
    static const char magic[] = {'G', 'C', 'O', 'L', 1};
    const unsigned char *at = image->data, *end = at + image->size;
    while ((at = memmem(at, (size_t)(end - at), magic, sizeof magic))) {
        if (!is_collection(at, (size_t)(end - at), &image->longest_text))
            return false;
        at += sizeof magic;
    }
    return true;
}

dn_status dn_hdf5_check_forms(dn_hdf5_image *image)
{
    const unsigned char *data = image->data;
    if (image->size < SUPERBLOCK)
        return dn_fail(DN_ERROR_FORMAT, "is a damaged or truncated HDF5 file");
    if (data[VERSION] > NEWEST_VERSION || has_newer(data, image->size))
        return dn_fail(DN_ERROR_FORMAT,
                       "has HDF5's newer structures, which are not read; save it as Keras does, "
                       "with h5py's libver=\"earliest\"");
    if (data[OFFSET_SIZE] != 8 || data[LENGTH_SIZE] != 8 || !check_collections(image))
        return dn_fail(DN_ERROR_FORMAT, "is a damaged HDF5 file: its texts are not whole");
    return DN_OK;
}
