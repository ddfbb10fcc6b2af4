/* SPDX-License-Identifier: MIT */
/* What the picture formats share. Each decoder turns a whole file in memory
 * into the pixels that Pillow's convert("RGB") makes of it, or fails; none
 * returns a partly decoded picture. */
#ifndef DN_IMAGE_DECODE_H
#define DN_IMAGE_DECODE_H

#include "base/status.h"

/* A file in memory, and the size that its picture may have. */
typedef struct dn_source {
    const unsigned char *data;
    size_t size;
    const char *name; /* for messages */
    int64_t max_pixels;
} dn_source;

/* A format, and how its files begin ('?' matches any byte). */
typedef struct dn_decoder {
    const char *format;
    const char *magic;
    size_t magic_size;
    dn_status (*decode)(const dn_source *source, dn_image **image);
} dn_decoder;

extern const dn_decoder dn_jpeg_decoder, dn_png_decoder, dn_webp_decoder;

/* An image of this size with memory for its pixels, which are not set; refused,
 * before anything is allocated, if the source may not be that large. */
dn_status dn_image_create(const dn_source *source, size_t width, size_t height, int channels,
                          int depth, dn_image **image);

#endif
