/* SPDX-License-Identifier: MIT */
#include "image/format_choice.h"

#include <string.h>

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

dn_status dn_format_is_chosen(const char *list, const char *key, const char *picture)
{
    bool found = !list;
    for (const char *word = list; word;) {
        size_t length = strcspn(word, ",");
        if (!is_known(word, length))
            return dn_fail(DN_ERROR_ARGUMENT,
                           "the formats \"%s\": \"%.*s\" is none; jpeg, png, webp, tiff, gif, bmp, "
                           "pnm, jpeg2000, heif and dicom are",
                           list, (int)(length < 40 ? length : 40), word);
        found = found || is_key(word, length, key);
        word = word[length] ? word + length + 1 : NULL;
    }
    if (found)
        return DN_OK;
    return dn_fail(DN_ERROR_FORMAT, "%s: is a %s picture; only %s are read here", picture, key,
                   list);
}
