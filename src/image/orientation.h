/* SPDX-License-Identifier: MIT */
#ifndef DN_IMAGE_ORIENTATION_H
#define DN_IMAGE_ORIENTATION_H

#include "base/status.h"

/* Makes *turned, upright pixels of its own, of a picture that has an EXIF or TIFF orientation
 * from 2 to 8, as Pillow's exif_transpose(). */
dn_status dn_image_turn(const dn_image *image, int orientation, dn_image *turned);

/* Turns a picture in place; 1 and numbers that are not an orientation change nothing. */
dn_status dn_image_orient(int orientation, dn_image *image);

#endif
