/* SPDX-License-Identifier: MIT */
/* Texts of variable length lie in collections, each under a number. */
#include "tensors/hdf5/hdf5_parts.h"

enum { HEADER = 16, STEPS_PER_TEXT = 4 };

static dn_hdf5_bytes open_collection(const dn_hdf5_image *image, uint64_t address)
{
    dn_hdf5_bytes bytes = dn_hdf5_from(image, address), all = bytes;
    dn_hdf5_expect(&bytes, "GCOL", 1);
    dn_hdf5_skip(&bytes, 3);
    dn_hdf5_bytes collection = dn_hdf5_cut(&all, dn_hdf5_number(&bytes, 8));
    dn_hdf5_skip(&collection, HEADER);
    collection.broken |= bytes.broken;
    return collection;
}

/* Number 0 is what is free, after all others. */
static dn_status find_text(const dn_hdf5_image *image, dn_hdf5_bytes *collection, uint64_t wanted,
                           dn_hdf5_bytes *text)
{
    while (collection->left >= HEADER) {
        DN_TRY(dn_budget_take_steps(&image->file->budget, STEPS_PER_TEXT));
        uint64_t number = dn_hdf5_number(collection, 2);
        dn_hdf5_skip(collection, 6);
        *text = dn_hdf5_cut(collection, dn_hdf5_number(collection, 8));
        if (number == wanted)
            return DN_OK;
        if (number == 0)
            break;
        dn_hdf5_skip(collection, (8 - text->left % 8) % 8);
    }
    text->broken = true;
    return DN_OK;
}

dn_status dn_hdf5_read_text(const dn_hdf5_image *image, dn_hdf5_bytes *reference, const char **text,
                            bool *whole)
{
    uint64_t length = dn_hdf5_number(reference, 4), address = dn_hdf5_number(reference, 8),
             number = dn_hdf5_number(reference, 4);
    dn_hdf5_bytes found = {.at = image->data};
    if (length) {
        dn_hdf5_bytes collection = open_collection(image, address);
        found.broken = collection.broken || number == 0;
        if (!found.broken)
            DN_TRY(find_text(image, &collection, number, &found));
        found = dn_hdf5_cut(&found, length);
    }
    *whole = !found.broken && !reference->broken;
    char *copy;
    DN_TRY(
        dn_pool_copy(&image->file->pool, (const char *)found.at, *whole ? found.left : 0, &copy));
    *text = copy;
    return DN_OK;
}
