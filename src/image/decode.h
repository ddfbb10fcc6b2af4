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
    int frame; /* of DICOM, and how its values become shades: as dn_image_limits */
    dn_voi voi;
    float window[2];
} dn_source;

typedef dn_status dn_decode(const dn_source *source, dn_image **image);

dn_decode dn_decode_jpeg, dn_decode_png, dn_decode_webp, dn_decode_tiff, dn_decode_bmp,
    dn_decode_gif, dn_decode_pnm, dn_decode_dicom, dn_decode_jpeg_2000, dn_decode_heif;

/* Refuses what is not a picture, and what the source may not be as large as. */
dn_status dn_image_check_size(const dn_source *source, size_t width, size_t height);

/* An image of this size with memory for its pixels, which are not set; refused,
 * before anything is allocated, if the source may not be that large. */
dn_status dn_image_create(const dn_source *source, size_t width, size_t height, int channels,
                          int depth, dn_image **image);

/* Colours by index. Those that a file does not set are shades of grey, as in Pillow. */
typedef unsigned char dn_palette[256][3];
void dn_palette_start(dn_palette palette);

/* Pixels of four inks, stored inverted as Adobe does, to RGB by Pillow's formula. */
void dn_inks_to_rgb(const unsigned char *inks, int count, unsigned char *rgb);

#endif
