/* SPDX-License-Identifier: MIT */
#include "protocol/base64.h"

/* Six bits, or -1. */
static int value_of(unsigned char letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return letter - 'A';
    if (letter >= 'a' && letter <= 'z')
        return letter - 'a' + 26;
    if (letter >= '0' && letter <= '9')
        return letter - '0' + 52;
    return letter == '+' ? 62 : letter == '/' ? 63 : -1;
}

bool base64_decode(unsigned char *text, size_t *size)
{
    size_t length = *size, written = 0;
    unsigned bits = 0;
    for (int padding = 0; padding < 2 && length && text[length - 1] == '='; padding++)
        length--;
    for (size_t i = 0; i < length; i++) {
        int value = value_of(text[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (unsigned)value;
        if (i % 4) /* the first of four completes no byte */
            text[written++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    }
    *size = written;
    return length % 4 != 1;
}
