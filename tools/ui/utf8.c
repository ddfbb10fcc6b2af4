/* SPDX-License-Identifier: MIT */
#include "ui/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of the character at text, 0 where it is none (RFC 3629). */
static size_t character_length(const unsigned char *text)
{
    size_t length = text[0] < 0x80   ? 1
                    : text[0] < 0xC2 ? 0
                    : text[0] < 0xE0 ? 2
                    : text[0] < 0xF0 ? 3
                    : text[0] < 0xF5 ? 4
                                     : 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xED && text[1] >= 0xA0) ||
        (text[0] == 0xF0 && text[1] < 0x90) || (text[0] == 0xF4 && text[1] >= 0x90))
        return 0;
    return length;
}

char *utf8_repair(const char *text)
{
    char *repaired = malloc(3 * strlen(text) + 1), *out = repaired;
    const unsigned char *at = (const unsigned char *)text;
    while (repaired && *at) {
        size_t length = character_length(at);
        if (length) {
            memcpy(out, at, length);
            out += length;
            at += length;
        } else {
            memcpy(out, "\xEF\xBF\xBD", 3);
            out += 3;
            at++;
        }
    }
    if (repaired)
        *out = '\0';
    return repaired;
}

size_t utf8_length(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t count = 0;
    for (; *at; count++) {
        size_t length = character_length(at);
        at += length ? length : 1;
    }
    return count;
}
