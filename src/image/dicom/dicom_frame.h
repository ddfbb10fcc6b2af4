/* SPDX-License-Identifier: MIT */
/* The samples of one frame, as they are stored, whatever they were compressed by. */
#ifndef DN_IMAGE_DICOM_FRAME_H
#define DN_IMAGE_DICOM_FRAME_H

#include "image/dicom/dicom.h"

typedef struct dn_dicom_frame {
    const unsigned char *data; /* the file's or the owned */
    void *owned;
    size_t start;   /* of the first sample, in bytes from there */
    int first_bit;  /* of samples of one bit: where the frame begins in the first byte */
    bool planar;    /* red, green and blue one after another, each whole */
    bool big;       /* the order of a sample's bytes */
    bool exchanged; /* bytes, in words of the other order */
    bool halved;    /* YBR_FULL_422 as it is: two lumas and two chromas for two pixels */
} dn_dicom_frame;

/* A sample, by its place in the frame: its stored bits, as a number. */
int64_t dn_dicom_sample(const dn_dicom *dicom, const dn_dicom_frame *frame, size_t index);

/* Refuses a file whose pixels are coded as none that is read, or fewer than its frames need. */
dn_status dn_dicom_check_pixels(const dn_dicom *dicom);

/* Of a file whose pixels are checked. Release *frame with free(frame->owned), even after a failure.
 */
dn_status dn_dicom_read_frame(const dn_dicom *dicom, dn_dicom_frame *frame);

/* Compressed frames, each of one fragment or of several: whether there are as many fragments as
 * frames, and those of the frame. Release *owned with free(). */
dn_status dn_dicom_check_fragments(const dn_dicom *dicom);
dn_status dn_dicom_find_fragments(const dn_dicom *dicom, dn_dicom_value *stream, void **owned);

/* A frame of so many bytes, from its compressed stream; the samples' bytes in little endian. */
dn_status dn_dicom_decode_rle(const dn_dicom *dicom, dn_dicom_value stream, size_t size,
                              unsigned char *out);
dn_status dn_dicom_decode_stream(const dn_dicom *dicom, dn_dicom_value stream, size_t size,
                                 unsigned char *out);

#endif
