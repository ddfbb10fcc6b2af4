/* SPDX-License-Identifier: MIT */
#include "files/picture_frames.h"

#include "densenet.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Many DICOM files have names without an ending. */
static bool may_be_dicom(const char *path)
{
    const char *name = strrchr(path, '/'), *dot = strrchr(name ? name : path, '.');
    return !dot || strcasecmp(dot, ".dcm") == 0 || strcasecmp(dot, ".dicom") == 0;
}

int picture_frames(const char *path)
{
    int frames = 1;
    if (strcmp(path, "-") != 0 && may_be_dicom(path) && dn_image_frames(path, &frames) != DN_OK)
        return 1;
    return frames;
}

bool picture_is_there(const char *path)
{
    int frame;
    char *file = strndup(path, dn_image_path_frame(path, &frame));
    bool there = file && access(file, R_OK) == 0;
    free(file);
    return there;
}
