/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>

#define JPEG_CODEC dn_dicom_jpeg
#include "image/dicom/jpeg_template.h"
