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

static const char *const keys[] = {"jpeg", "png",      "webp", "tiff",  "gif", "bmp",
                                   "pnm",  "jpeg2000", "heif", "dicom", NULL};

static bool is_key(const char *word, size_t length, const char *key)
{
    return strlen(key) == length && memcmp(word, key, length) == 0;
}

static bool is_known(const char *word, size_t length)
{
    for (int i = 0; keys[i]; i++)
        if (is_key(word, length, keys[i]))
            return true;
    return false;
}

dn_status dn_picture_formats_check(const char *list, const char *key, bool *found)
{
    *found = !list;
    for (const char *word = list; word;) {
        size_t length = strcspn(word, ",");
        if (!is_known(word, length))
            return dn_fail(DN_ERROR_ARGUMENT,
                           "the formats \"%s\": \"%.*s\" is none; jpeg, png, webp, tiff, gif, bmp, "
                           "pnm, jpeg2000, heif and dicom are",
                           list, (int)(length < 40 ? length : 40), word);
        *found = *found || is_key(word, length, key);
        word = word[length] ? word + length + 1 : NULL;
    }
    return DN_OK;
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
