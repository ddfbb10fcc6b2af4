/* SPDX-License-Identifier: MIT */
/* Orientations, in blocks of EXIF and in files that hold them: the first byte says which. */
#include "image/exif.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int (*const readers[])(const unsigned char *, size_t) = {
        dn_exif_orientation, dn_exif_in_jpeg, dn_exif_in_png, dn_exif_in_webp};
    if (size == 0)
        return 0;
    /* A copy that ends with its memory. */
    unsigned char *copy = malloc(size > 1 ? size - 1 : 1);
    if (!copy)
        return 0;
    memcpy(copy, data + 1, size - 1);
    int orientation = readers[data[0] % 4](copy, size - 1);
    if (orientation == 1 || orientation < 0 || orientation > 8)
        abort();
    free(copy);
    return 0;
}
