/* SPDX-License-Identifier: MIT */
#include "image/exif.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bytes that are still to be read. */
typedef struct exif_span {
    const unsigned char *data;
    size_t size;
    bool big_endian;
} exif_span;

/* A number of `bytes` bytes; 0 beyond the end. */
static uint32_t number_at(const exif_span *span, size_t at, size_t bytes)
{
    uint32_t number = 0;
    if (at > span->size || span->size - at < bytes)
        return 0;
    for (size_t i = 0; i < bytes; i++)
        number |= (uint32_t)span->data[at + i] << 8 * (span->big_endian ? bytes - 1 - i : i);
    return number;
}

static bool matches(const exif_span *span, size_t at, const char *text, size_t length)
{
    return at <= span->size && span->size - at >= length &&
           memcmp(span->data + at, text, length) == 0;
}

static exif_span part_of(const exif_span *span, size_t at, size_t size)
{
    return (exif_span){.data = span->data + at, .size = size};
}

/* The value of an entry: a whole number of any size, or the first of several, which lie
 * elsewhere if the entry has no room for them. */
static int value_of(const exif_span *block, size_t entry)
{
    static const unsigned char sizes[] = {[3] = 2, [4] = 4, [6] = 1, [8] = 2, [9] = 4};
    uint32_t kind = number_at(block, entry + 2, 2), count = number_at(block, entry + 4, 4);
    size_t size = kind < sizeof sizes ? sizes[kind] : 0, at = entry + 8;
    if (size == 0 || count == 0)
        return 0;
    if (count > 4 / size) {
        at = number_at(block, at, 4);
        if (at > block->size || (block->size - at) / size < count)
            return 0;
    }
    uint32_t value = number_at(block, at, size);
    return value >= 2 && value <= 8 ? (int)value : 0;
}

int dn_exif_orientation(const unsigned char *data, size_t size)
{
    enum { ORIENTATION = 0x112, ENTRY = 12 };
    exif_span block = {.data = data, .size = size};
    if (matches(&block, 0, "Exif\0\0", 6))
        block = part_of(&block, 6, size - 6);
    block.big_endian = matches(&block, 0, "MM", 2);
    if (!block.big_endian && !matches(&block, 0, "II", 2))
        return 0;
    if (!matches(&block, 2, "*\0", 2) && !matches(&block, 2, "\0*", 2))
        return 0;
    size_t directory = number_at(&block, 4, 4);
    uint32_t count = number_at(&block, directory, 2);
    int orientation = 0;
    for (size_t i = 0; i < count; i++) {
        size_t entry = directory + 2 + i * ENTRY;
        if (entry > block.size || block.size - entry < ENTRY)
            break;
        if (number_at(&block, entry, 2) == ORIENTATION)
            orientation = value_of(&block, entry);
    }
    return orientation;
}

/* The first APP1 that is EXIF, before the pixels. */
int dn_exif_in_jpeg(const unsigned char *data, size_t size)
{
    enum { APP1 = 0xe1, SCAN = 0xda, END = 0xd9, FIRST_BARE = 0xd0, TEM = 0x01 };
    const exif_span file = {.data = data, .size = size, .big_endian = true};
    for (size_t at = 2; at < size && size - at >= 4;) {
        if (data[at] != 0xff || data[at + 1] == 0xff) {
            at++;
            continue;
        }
        int marker = data[at + 1];
        if (marker == SCAN || marker == END)
            return 0;
        at += 2;
        if (marker == 0 || marker == TEM || (marker >= FIRST_BARE && marker < END))
            continue;
        size_t length = number_at(&file, at, 2);
        if (length < 2 || length > size - at)
            return 0;
        if (marker == APP1 && length >= 8 && matches(&file, at + 2, "Exif\0", 5))
            return dn_exif_orientation(data + at + 2, length - 2);
        at += length;
    }
    return 0;
}

/* The last eXIf counts, as in Pillow. */
int dn_exif_in_png(const unsigned char *data, size_t size)
{
    const exif_span file = {.data = data, .size = size, .big_endian = true};
    int orientation = 0;
    for (size_t at = 8; at < size && size - at >= 12;) {
        size_t length = number_at(&file, at, 4);
        if (length > size - at - 12 || matches(&file, at + 4, "IEND", 4))
            break;
        if (matches(&file, at + 4, "eXIf", 4))
            orientation = dn_exif_orientation(data + at + 8, length);
        at += 12 + length;
    }
    return orientation;
}

/* The first EXIF counts, if the file's header announces it. */
int dn_exif_in_webp(const unsigned char *data, size_t size)
{
    enum { HAS_EXIF = 8 };
    const exif_span file = {.data = data, .size = size};
    if (!matches(&file, 12, "VP8X", 4) || !(number_at(&file, 20, 1) & HAS_EXIF))
        return 0;
    for (size_t at = 12; at < size && size - at >= 8;) {
        size_t length = number_at(&file, at + 4, 4);
        if (length > size - at - 8)
            break;
        if (matches(&file, at, "EXIF", 4))
            return dn_exif_orientation(data + at + 8, length);
        at += 8 + length;
        at += length % 2 && at < size;
    }
    return 0;
}
