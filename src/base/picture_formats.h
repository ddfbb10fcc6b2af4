/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_PICTURE_FORMATS_H
#define DN_BASE_PICTURE_FORMATS_H

/* The formats that this build reads, for sentences. */
#ifdef DN_WITHOUT_TIFF
#define DN_FORMATS_READ "JPEG, PNG, WebP, BMP and GIF"
#else
#define DN_FORMATS_READ "JPEG, PNG, WebP, TIFF, BMP and GIF"
#endif

#endif
