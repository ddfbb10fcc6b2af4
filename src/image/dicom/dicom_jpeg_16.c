/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <gdcmjpeg/16/jpeglib.h>

#include <gdcmjpeg/16/jerror.h>

#define JPEG_CODEC dn_dicom_jpeg_of_16
#include "image/dicom/jpeg_template.h"
