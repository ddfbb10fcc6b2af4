/* SPDX-License-Identifier: MIT */
/* From a frame's samples to the pixels of a picture, which has memory for them. */
#ifndef DN_IMAGE_DICOM_PIXELS_H
#define DN_IMAGE_DICOM_PIXELS_H

#include "image/dicom/dicom_frame.h"

/* Of depth 32. */
dn_status dn_dicom_to_grey(const dn_dicom *dicom, const dn_dicom_frame *frame, dn_image *image);

/* To red, green and blue of eight bits: of indices into a palette, and of three samples. */
dn_status dn_dicom_to_colours(const dn_dicom *dicom, const dn_dicom_frame *frame, dn_image *image);

#endif
