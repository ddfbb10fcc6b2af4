/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <gdcmjpeg/12/jpeglib.h>

#include <gdcmjpeg/12/jerror.h>

#define JPEG_CODEC dn_dicom_jpeg_of_12
#include "image/dicom/jpeg_template.h"
