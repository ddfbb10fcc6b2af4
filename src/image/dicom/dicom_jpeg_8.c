/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <gdcmjpeg/8/jpeglib.h>

#include <gdcmjpeg/8/jerror.h>

#define JPEG_CODEC dn_dicom_jpeg_of_8
#include "image/dicom/jpeg_template.h"
