/* SPDX-License-Identifier: MIT */
/* A TIFF file that is being read. */
#ifndef DN_IMAGE_DECODE_TIFF_H
#define DN_IMAGE_DECODE_TIFF_H

#include "image/decode.h"

#include <tiffio.h>

typedef struct tiff_reader {
    const dn_source *source;
    TIFF *tiff;
    uint64_t position;
    char message[160]; /* the first error */
    bool gaps;         /* pixels are missing that libtiff does not miss */

    uint32_t width, height;
    uint16_t bits, samples, photometric, compression;
    bool apart;                 /* a plane per sample */
    bool premultiplied;         /* the sample after the colours is alpha, and they have it */
    const uint16_t *colours[3]; /* of a palette */
    uint32_t block_width, block_height; /* of a strip or tile */
    size_t block_bytes, row_bytes;
    unsigned char *blocks; /* one, or one for each plane; for a fax, one to compare with */
    uint16_t planes;
    dn_image *image;
} tiff_reader;

/* Puts the part of the strip or tile at (left, top) that lies in the picture into it. */
void dn_tiff_store(const tiff_reader *reader, uint32_t left, uint32_t top);

#endif
