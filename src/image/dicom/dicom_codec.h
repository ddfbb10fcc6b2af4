/* SPDX-License-Identifier: MIT */
/* The libraries that decode compressed frames. Of a file they see the frame's own bytes, whose
 * header says the same size as the file, and nothing else. None of them prints or ends the
 * program. */
#ifndef DN_IMAGE_DICOM_CODEC_H
#define DN_IMAGE_DICOM_CODEC_H

#include <stdbool.h>
#include <stddef.h>

/* A compressed frame, and where its samples go: interleaved, of one or two bytes each, in little
 * endian. */
typedef struct dn_dicom_job {
    const unsigned char *stream;
    size_t stream_size;
    unsigned columns, rows, samples;
    unsigned bits; /* of a sample, 2 to 16 */
    unsigned char *out;
    size_t out_size;
} dn_dicom_job;

typedef enum dn_dicom_outcome {
    DN_DICOM_DECODED,
    DN_DICOM_DAMAGED,
    DN_DICOM_NO_MEMORY,
    DN_DICOM_NOT_HERE /* this build, or this machine, has no decoder */
} dn_dicom_outcome;

typedef dn_dicom_outcome dn_dicom_codec(const dn_dicom_job *job);

/* JPEG: baseline and extended of 8 bits by libjpeg-turbo; lossless, and what has more bits, by
 * GDCM's builds of the IJG's library, one for each range of bits. */
dn_dicom_codec dn_dicom_jpeg, dn_dicom_jpeg_of_8, dn_dicom_jpeg_of_12, dn_dicom_jpeg_of_16;
dn_dicom_codec dn_dicom_jpeg_ls, dn_dicom_jpeg_2000;

#endif
