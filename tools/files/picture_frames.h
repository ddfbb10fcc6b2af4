/* SPDX-License-Identifier: MIT */
/* Pictures that are a frame of a DICOM file: "scan.dcm#7". */
#ifndef TOOL_PICTURE_FRAMES_H
#define TOOL_PICTURE_FRAMES_H

#include <stdbool.h>

/* How many pictures a file holds, by its name and content; 1 also of what cannot be read, which
 * has its sentence when it is. */
int picture_frames(const char *path);

/* Whether the file of a picture is there to be read. */
bool picture_is_there(const char *path);

#endif
