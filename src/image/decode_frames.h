/* SPDX-License-Identifier: MIT */
#ifndef DN_IMAGE_DECODE_FRAMES_H
#define DN_IMAGE_DECODE_FRAMES_H

#include "base/status.h"

/* The file that a path names, without "#7", which sets *frame. Release *file with free(). */
dn_status dn_image_path_file(const char *path, char **file, int *frame);

#endif
