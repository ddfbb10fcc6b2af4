/* SPDX-License-Identifier: MIT */
#include "base/picture_formats.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* torchvision's, and then others. */
static const char *const read_endings[] = {".jpg",  ".jpeg", ".png",  ".ppm",   ".bmp",
                                           ".pgm",  ".tif",  ".tiff", ".webp",  ".gif",
                                           ".jpe",  ".jfif", ".dcm",  ".dicom",
#ifndef DN_WITHOUT_JPEG_2000
                                           ".jp2",  ".j2k",
#endif
#ifndef DN_WITHOUT_HEIF
                                           ".heic", ".heif", ".avif",
#endif
                                           NULL};

const char *dn_picture_ending(int index)
{
    return read_endings[index];
}

bool dn_is_picture_name(const char *name)
{
    for (int i = 0; read_endings[i]; i++)
        if (dn_has_suffix(name, read_endings[i]))
            return true;
    return false;
}

/* Those of pictures at all. */
static const char *const endings[DN_ENDINGS] = {".heic", ".heif", ".avif", ".nii", ".jp2", ".j2k",
                                                ".jxl",  ".psd",  ".tga",  ".exr", ".svg", ".ico",
                                                ".cr2",  ".nef",  ".arw",  ".dng", ".pbm", ".mha"};

void dn_left_out_add(dn_left_out *left_out, const char *name)
{
    const char *ending = strrchr(name, '.');
    for (int i = 0; ending && i < DN_ENDINGS; i++)
        if (strcasecmp(ending, endings[i]) == 0) {
            left_out->counts[i]++;
            left_out->total++;
        }
}

void dn_left_out_list(const dn_left_out *left_out, char *text, size_t size)
{
    dn_left_out rest = *left_out;
    size_t at = 0;
    if (size)
        text[0] = '\0';
    for (;;) {
        int most = 0;
        for (int i = 1; i < DN_ENDINGS; i++)
            if (rest.counts[i] > rest.counts[most])
                most = i;
        if (rest.counts[most] == 0 || at >= size)
            return;
        at += (size_t)snprintf(text + at, size - at, "%s%d %s", at ? ", " : "", rest.counts[most],
                               endings[most]);
        rest.counts[most] = 0;
    }
}
