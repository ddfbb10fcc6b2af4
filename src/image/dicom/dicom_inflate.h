/* SPDX-License-Identifier: MIT */
#ifndef DN_IMAGE_DICOM_INFLATE_H
#define DN_IMAGE_DICOM_INFLATE_H

#include "image/dicom/dicom.h"

/* Puts what a deflated data set inflates to in its place, if that is in proportion to the file. */
dn_status dn_dicom_inflate(dn_dicom *dicom);

#endif
