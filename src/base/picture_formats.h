/* SPDX-License-Identifier: MIT */
/* Which formats of pictures are read, and how files of others are spoken of. */
#ifndef DN_BASE_PICTURE_FORMATS_H
#define DN_BASE_PICTURE_FORMATS_H

#include "base/status.h"

#include <stddef.h>

/* The formats that this build reads, for sentences. */
#ifdef DN_WITHOUT_TIFF
#define DN_TIFF_READ ""
#else
#define DN_TIFF_READ ", TIFF"
#endif
#ifdef DN_WITHOUT_JPEG_2000
#define DN_JPEG_2000_READ ""
#else
#define DN_JPEG_2000_READ ", JPEG 2000"
#endif
#ifdef DN_WITHOUT_HEIF
#define DN_HEIF_READ ""
#else
#define DN_HEIF_READ ", HEIF, AVIF"
#endif
#define DN_FORMATS_READ                                                                            \
    "JPEG, PNG, WebP" DN_TIFF_READ DN_JPEG_2000_READ DN_HEIF_READ ", BMP, GIF, PGM, PPM and DICOM"

/* By its ending: what torchvision's ImageFolder takes, and other formats that are read. */
bool dn_is_picture_name(const char *name);

/* The endings of such names, from index 0; NULL after the last. */
const char *dn_picture_ending(int index);

/* Whether a format, by its key in dn_image_limits.formats, is in such a list; DN_ERROR_ARGUMENT for
 * a list with a key that there is not. NULL: all are in it. */
dn_status dn_picture_formats_check(const char *list, const char *key, bool *found);

enum { DN_ENDINGS = 18 };

/* Files among others whose names are those of pictures. All zeros: none yet. */
typedef struct dn_left_out {
    int total, counts[DN_ENDINGS]; /* by ending */
} dn_left_out;

/* Counts a file that is not taken, if its name is that of a picture in a format that is not read.
 */
void dn_left_out_add(dn_left_out *left_out, const char *name);

/* "40 .heic, 3 .nii", the most frequent endings first. */
void dn_left_out_list(const dn_left_out *left_out, char *text, size_t size);

#endif
