/* SPDX-License-Identifier: MIT */
#ifndef DN_IMAGE_ORIENTATION_H
#define DN_IMAGE_ORIENTATION_H

#include "base/status.h"

/* Turns and mirrors a picture by the number of an EXIF or TIFF orientation, as Pillow's
 * exif_transpose(). 1 and numbers that are no orientation change nothing. */
dn_status dn_image_orient(int orientation, dn_image *image);

#endif
