/* SPDX-License-Identifier: MIT */
/* BMP as Windows and OS/2 write it: palettes of 1, 4 and 8 bits, run lengths of 4 and 8,
 * colours of 16, 24 and 32; upside down or not. Alpha is dropped. */
#include "base/text.h"
#include "image/decode.h"

#include <limits.h>
#include <string.h>

enum { PLAIN = 0, RUNS_OF_8 = 1, RUNS_OF_4 = 2, BIT_FIELDS = 3 };

typedef struct bmp_reader {
    const dn_source *source;
    size_t position;
    size_t width, height, offset; /* of the pixels in the file */
    bool top_down;
    unsigned bits, compression, colours;
    uint32_t masks[3]; /* of red, green, blue in a pixel of 16 or 32 bits */
    dn_palette palette;
    dn_image *image;
} bmp_reader;

/* Little-endian; zeros after the file's end, which is looked for where it matters. */
static uint32_t number_at(const bmp_reader *reader, size_t at, size_t bytes)
{
    uint32_t number = 0;
    for (size_t i = 0; i < bytes && at < reader->source->size && i < reader->source->size - at; i++)
        number |= (uint32_t)reader->source->data[at + i] << 8 * i;
    return number;
}

static dn_status fail_truncated(const bmp_reader *reader)
{
    return dn_fail(DN_ERROR_FORMAT, "%s: the BMP file is truncated, it ends after %zu byte%s",
                   reader->source->name, reader->source->size,
                   dn_plural((long long)reader->source->size));
}

static dn_status fail_kind(const bmp_reader *reader)
{
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: is a BMP file of %u bits and compression %u, which is not read",
                   reader->source->name, reader->bits, reader->compression);
}

/* Where the masks are not in the header they come after it. */
static void read_masks(bmp_reader *reader, size_t header)
{
    static const uint32_t usual[2][3] = {{0x7c00, 0x3e0, 0x1f}, {0xff0000, 0xff00, 0xff}};
    memcpy(reader->masks, usual[reader->bits != 16], sizeof reader->masks);
    if (reader->compression != BIT_FIELDS)
        return;
    uint32_t given[3];
    for (size_t i = 0; i < 3; i++)
        given[i] = number_at(reader, 14 + 40 + 4 * i, 4);
    if (header == 40)
        reader->position += sizeof given;
    if (given[0] || given[1] || given[2])
        memcpy(reader->masks, given, sizeof given);
}

static dn_status read_header(bmp_reader *reader)
{
    size_t header = number_at(reader, 14, 4);
    bool old = header == 12;
    if (!old && header != 40 && header != 52 && header != 56 && header != 64 && header != 108 &&
        header != 124)
        return dn_fail(DN_ERROR_FORMAT, "%s: is not a BMP file, or one of an unknown kind",
                       reader->source->name);
    if (reader->source->size < 14 + header)
        return fail_truncated(reader);
    size_t number = old ? 2 : 4;
    uint32_t height = number_at(reader, 18 + number, number);
    reader->top_down = !old && height > INT_MAX;
    reader->height = reader->top_down ? 0u - height : height;
    reader->width = number_at(reader, 18, number);
    reader->bits = number_at(reader, 20 + 2 * number, 2);
    reader->compression = old ? PLAIN : number_at(reader, 30, 4);
    reader->colours = old ? 0 : number_at(reader, 46, 4);
    reader->offset = number_at(reader, 10, 4);
    reader->position = 14 + header;
    if (reader->colours == 0 && reader->bits <= 8)
        reader->colours = 1u << reader->bits;
    read_masks(reader, header);
    /* Some writers forget the palette. */
    if (reader->offset == 14 + header && reader->bits <= 8)
        reader->offset += 4 * (size_t)reader->colours;
    return DN_OK;
}

static dn_status read_palette(bmp_reader *reader)
{
    size_t entry = number_at(reader, 14, 4) == 12 ? 3 : 4;
    if (reader->bits > 8)
        return DN_OK;
    if (reader->colours > 256)
        return dn_fail(DN_ERROR_FORMAT, "%s: the BMP file is damaged: a palette of %u colours",
                       reader->source->name, reader->colours);
    if (reader->source->size - reader->position < entry * reader->colours)
        return fail_truncated(reader);
    const unsigned char *stored = reader->source->data + reader->position;
    dn_palette_start(reader->palette);
    for (unsigned i = 0; i < reader->colours; i++, stored += entry)
        for (int c = 0; c < 3; c++)
            reader->palette[i][c] = stored[2 - c];
    reader->position += entry * reader->colours;
    return DN_OK;
}

static unsigned char *row_of(const bmp_reader *reader, size_t y)
{
    size_t row = reader->top_down ? y : reader->height - 1 - y;
    return (unsigned char *)reader->image->pixels + 3 * row * reader->width;
}

/* The part of a pixel under a mask, as a byte. */
static unsigned char field_of(uint32_t pixel, uint32_t mask)
{
    if (mask == 0)
        return 0;
    int shift = __builtin_ctz(mask);
    return (unsigned char)((uint64_t)((pixel & mask) >> shift) * 255 / (mask >> shift));
}

static void read_row(const bmp_reader *reader, const unsigned char *stored, unsigned char *rgb)
{
    unsigned bits = reader->bits;
    for (size_t x = 0; x < reader->width; x++, rgb += 3) {
        const unsigned char *at = stored + x * bits / 8;
        if (bits <= 8) {
            unsigned shift = 8 - bits - (unsigned)(x * bits % 8);
            memcpy(rgb, reader->palette[*at >> shift & ((1u << bits) - 1)], 3);
        } else if (bits == 24) {
            rgb[0] = at[2];
            rgb[1] = at[1];
            rgb[2] = at[0];
        } else {
            uint32_t pixel = number_at(reader, (size_t)(at - reader->source->data), bits / 8);
            for (int c = 0; c < 3; c++)
                rgb[c] = field_of(pixel, reader->masks[c]);
        }
    }
}

/* Rows are padded to multiples of four bytes; the last one's padding may be missing. */
static dn_status read_rows(const bmp_reader *reader)
{
    size_t row = (reader->width * reader->bits + 7) / 8, stride = (row + 3) / 4 * 4;
    size_t size = reader->source->size;
    if (reader->offset > size || size - reader->offset < row ||
        (size - reader->offset - row) / stride < reader->height - 1)
        return fail_truncated(reader);
    for (size_t y = 0; y < reader->height; y++)
        read_row(reader, reader->source->data + reader->offset + y * stride, row_of(reader, y));
    return DN_OK;
}

/* Where the next pixel of run lengths goes; what leaves the row is dropped. */
typedef struct bmp_place {
    size_t x, y;
} bmp_place;

static void put_pixel(const bmp_reader *reader, bmp_place *place, unsigned index)
{
    if (place->x < reader->width && place->y < reader->height)
        memcpy(row_of(reader, place->y) + 3 * place->x, reader->palette[index], 3);
    place->x += place->x < reader->width;
}

/* `count` pixels of the bytes at `stored`: each of them in turn, or the first one again
 * and again. */
static void put_pixels(const bmp_reader *reader, bmp_place *place, const unsigned char *stored,
                       unsigned count, bool literal)
{
    bool halves = reader->compression == RUNS_OF_4;
    for (unsigned i = 0; i < count; i++) {
        unsigned byte = stored[literal ? (halves ? i / 2 : i) : 0];
        unsigned half = i % 2 ? byte & 15 : byte >> 4;
        put_pixel(reader, place, halves ? half : byte);
    }
}

/* A row's end, the picture's end (*ended), a jump, or `code` pixels one by one. Returns
 * the bytes that this took; SIZE_MAX if they are more than are left. */
static size_t follow_escape(const bmp_reader *reader, const unsigned char *stored, size_t left,
                            unsigned code, bmp_place *place, bool *ended)
{
    size_t bytes = reader->compression == RUNS_OF_4 ? (code + 1) / 2 : code;
    switch (code) {
    case 0:
        place->x = 0;
        place->y++;
        return 0;
    case 1:
        *ended = true;
        return 0;
    case 2:
        if (left < 2)
            return SIZE_MAX;
        place->x += stored[0];
        place->y += stored[1];
        return 2;
    default:
        if (left < bytes)
            return SIZE_MAX;
        put_pixels(reader, place, stored, code, true);
        return bytes + (bytes % 2 && bytes < left);
    }
}

/* A jump of four bytes is the fastest way down: 255 rows. */
static bool may_hold_runs(const bmp_reader *reader)
{
    size_t size = reader->source->size;
    return reader->offset < size && reader->height <= (size - reader->offset) * 64;
}

static bool is_complete(const bmp_reader *reader, const bmp_place *place)
{
    return place->y >= reader->height ||
           (place->y == reader->height - 1 && place->x >= reader->width);
}

/* Pixels that are jumped over have colour 0. Pillow refuses an end before the last pixel, too. */
static dn_status read_runs(const bmp_reader *reader)
{
    const unsigned char *data = reader->source->data;
    size_t at = reader->offset, size = reader->source->size;
    bmp_place place = {0, 0};
    bool ended = false;
    for (size_t y = 0; y < reader->height; y++)
        for (size_t x = 0; x < reader->width; x++)
            memcpy(row_of(reader, y) + 3 * x, reader->palette[0], 3);
    while (!ended && !is_complete(reader, &place)) {
        if (at > size || size - at < 2)
            return fail_truncated(reader);
        unsigned count = data[at], value = data[at + 1];
        if (count > 0) {
            put_pixels(reader, &place, data + at + 1, count, false);
            at += 2;
            continue;
        }
        at += 2;
        size_t taken = follow_escape(reader, data + at, size - at, value, &place, &ended);
        if (taken == SIZE_MAX)
            return fail_truncated(reader);
        at += taken;
    }
    return is_complete(reader, &place)
               ? DN_OK
               : dn_fail(DN_ERROR_FORMAT, "%s: the BMP file ends before its last pixel",
                         reader->source->name);
}

static bool is_read(const bmp_reader *reader)
{
    unsigned bits = reader->bits;
    switch (reader->compression) {
    case PLAIN:
        return bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 24 ||
               bits == 32;
    case RUNS_OF_8:
        return bits == 8;
    case RUNS_OF_4:
        return bits == 4;
    default:
        return reader->compression == BIT_FIELDS && (bits == 16 || bits == 24 || bits == 32);
    }
}

dn_status dn_decode_bmp(const dn_source *source, dn_image **image)
{
    bmp_reader reader = {.source = source};
    DN_TRY(read_header(&reader));
    if (!is_read(&reader))
        return fail_kind(&reader);
    DN_TRY(read_palette(&reader));
    if (reader.offset == 0)
        reader.offset = reader.position;
    bool runs = reader.compression == RUNS_OF_8 || reader.compression == RUNS_OF_4;
    DN_TRY(dn_image_check_size(source, reader.width, reader.height));
    if (runs && !may_hold_runs(&reader))
        return fail_truncated(&reader);
    DN_TRY(dn_image_create(source, reader.width, reader.height, 3, 8, &reader.image));
    dn_status status = runs ? read_runs(&reader) : read_rows(&reader);
    if (status == DN_OK)
        *image = reader.image;
    else
        dn_image_free(reader.image);
    return status;
}
