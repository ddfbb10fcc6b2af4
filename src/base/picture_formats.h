/* SPDX-License-Identifier: MIT */
/* Which formats of pictures are read, and how files of others are spoken of. */
#ifndef DN_BASE_PICTURE_FORMATS_H
#define DN_BASE_PICTURE_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

/* The formats that this build reads, for sentences. */
#ifdef DN_WITHOUT_TIFF
#define DN_FORMATS_READ "JPEG, PNG, WebP, BMP, GIF, PGM, PPM and DICOM"
#else
#define DN_FORMATS_READ "JPEG, PNG, WebP, TIFF, BMP, GIF, PGM, PPM and DICOM"
#endif

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
