/* SPDX-License-Identifier: MIT */
#ifndef DN_IMAGE_FORMAT_CHOICE_H
#define DN_IMAGE_FORMAT_CHOICE_H

#include "base/status.h"

/* Refuses a picture whose format, by its key in dn_image_limits.formats, is not in the list; and a
 * list with a key that there is not. NULL: all are. */
dn_status dn_format_is_chosen(const char *list, const char *key, const char *picture);

#endif
