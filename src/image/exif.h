/* SPDX-License-Identifier: MIT */
/* The one entry of EXIF that matters here. Each function returns an orientation from 2 to 8,
 * or 0 if the picture is upright, says nothing, or says it in a way that cannot be read. */
#ifndef DN_IMAGE_EXIF_H
#define DN_IMAGE_EXIF_H

#include <stddef.h>

/* In a block of EXIF: a TIFF header and directory, perhaps after "Exif\0\0". */
int dn_exif_orientation(const unsigned char *data, size_t size);

/* In a whole file: a JPEG's APP1, a PNG's eXIf, a WebP's EXIF. */
int dn_exif_in_jpeg(const unsigned char *data, size_t size);
int dn_exif_in_png(const unsigned char *data, size_t size);
int dn_exif_in_webp(const unsigned char *data, size_t size);

#endif
