/* SPDX-License-Identifier: MIT */
/* JPEG 2000 by OpenJPEG, of a codestream or of the file format around it: for pictures and for
 * DICOM's frames. */
#ifndef DN_IMAGE_OPENJPEG_H
#define DN_IMAGE_OPENJPEG_H

#include <openjpeg.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum dn_openjpeg_outcome {
    DN_OPENJPEG_DECODED,
    DN_OPENJPEG_REFUSED, /* by the caller */
    DN_OPENJPEG_DAMAGED,
    DN_OPENJPEG_NO_MEMORY
} dn_openjpeg_outcome;

/* Whether a picture of this header, without samples yet, is to be decoded. */
typedef bool dn_openjpeg_accept(const opj_image_t *header, void *context);

/* Decodes a picture, of which nothing is allocated before it is accepted. Indices are replaced by
 * their palette's colours. Release *image with opj_image_destroy. */
dn_openjpeg_outcome dn_openjpeg_decode(const unsigned char *data, size_t size,
                                       dn_openjpeg_accept *accept, void *context,
                                       opj_image_t **image);

#endif
