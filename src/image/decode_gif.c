/* SPDX-License-Identifier: MIT */
/* GIF: the first frame on its canvas. The canvas around it has the transparent colour
 * or colour 0, and transparent pixels keep their colour, as in Pillow. */
#include "base/text.h"
#include "image/decode.h"

#include <string.h>

enum { CODES = 4096, LONGEST_CODE = 12 };

/* What is read, byte by byte. */
typedef struct gif_reader {
    const dn_source *source;
    size_t position;
    bool truncated;
    dn_palette palette;
    int background; /* index of the canvas */
} gif_reader;

/* A frame and where its next pixel goes. */
typedef struct gif_frame {
    int left, top, width, height;
    bool interlaced;
    dn_image *image;
    const unsigned char (*palette)[3];
    int x, y, pass; /* of four passes if interlaced */
} gif_frame;

/* Codes of the compression, taken bit by bit from blocks of up to 255 bytes. */
typedef struct gif_codes {
    gif_reader *reader;
    unsigned bits, bit_count, block_left;
    int length; /* of a code, in bits */
    uint16_t prefix[CODES];
    unsigned char last[CODES], text[CODES + 1];
} gif_codes;

static int next_byte(gif_reader *reader)
{
    if (reader->position < reader->source->size)
        return reader->source->data[reader->position++];
    reader->truncated = true;
    return 0;
}

static int next_word(gif_reader *reader)
{
    int low = next_byte(reader);
    return low | next_byte(reader) << 8;
}

static dn_status fail_damaged(const gif_reader *reader, const char *fault)
{
    if (reader->truncated)
        return dn_fail(DN_ERROR_FORMAT, "%s: the GIF file is truncated, it ends after %zu byte%s",
                       reader->source->name, reader->source->size,
                       dn_plural((long long)reader->source->size));
    return dn_fail(DN_ERROR_FORMAT, "%s: the GIF file is damaged: %s", reader->source->name, fault);
}

/* flags: of the screen or a frame, which say whether there is a palette and how large. */
static void read_palette(gif_reader *reader, int flags)
{
    if (!(flags & 128))
        return;
    dn_palette_start(reader->palette);
    for (int i = 0; i < 2 << (flags & 7); i++)
        for (int c = 0; c < 3; c++)
            reader->palette[i][c] = (unsigned char)next_byte(reader);
}

static void skip_blocks(gif_reader *reader)
{
    for (int size; !reader->truncated && (size = next_byte(reader));)
        for (int i = 0; i < size && !reader->truncated; i++)
            next_byte(reader);
}

/* Only the extension that names the transparent colour matters. */
static void read_extension(gif_reader *reader)
{
    int kind = next_byte(reader);
    if (kind == 0xf9 && next_byte(reader) >= 4) {
        int flags = next_byte(reader);
        next_word(reader); /* the frame's duration */
        int transparent = next_byte(reader);
        if (flags & 1)
            reader->background = transparent;
    }
    skip_blocks(reader);
}

/* Up to the first frame's description. */
static dn_status find_frame(gif_reader *reader)
{
    for (;;) {
        int mark = next_byte(reader);
        if (mark == ';' || reader->truncated)
            return fail_damaged(reader, "it has no picture");
        if (mark == ',')
            return DN_OK;
        if (mark == '!')
            read_extension(reader);
    }
}

/* Puts a pixel in its place; false if all have theirs. */
static bool put_pixel(gif_frame *frame, int index)
{
    static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    if (frame->y >= frame->height)
        return false;
    size_t row = (size_t)(frame->top + frame->y) * (size_t)frame->image->width;
    unsigned char *pixels = frame->image->pixels;
    memcpy(pixels + 3 * (row + (size_t)(frame->left + frame->x)), frame->palette[index], 3);
    if (++frame->x < frame->width)
        return true;
    frame->x = 0;
    frame->y += frame->interlaced ? steps[frame->pass] : 1;
    while (frame->interlaced && frame->y >= frame->height && frame->pass < 3)
        frame->y = starts[++frame->pass];
    return frame->y < frame->height;
}

/* -1 at the end of the file or of its blocks. */
static int next_code(gif_codes *codes)
{
    while (codes->bit_count < (unsigned)codes->length) {
        if (codes->block_left == 0)
            codes->block_left = (unsigned)next_byte(codes->reader);
        if (codes->block_left == 0)
            return -1;
        codes->bits |= (unsigned)next_byte(codes->reader) << codes->bit_count;
        if (codes->reader->truncated)
            return -1;
        codes->bit_count += 8;
        codes->block_left--;
    }
    int code = (int)(codes->bits & ((1u << codes->length) - 1));
    codes->bits >>= codes->length;
    codes->bit_count -= (unsigned)codes->length;
    return code;
}

/* Writes what a code stands for, from the end of codes->text; returns where it begins. */
static int expand(gif_codes *codes, int code, int clear, int end)
{
    for (; code >= clear; code = codes->prefix[code])
        codes->text[--end] = codes->last[code];
    codes->text[--end] = (unsigned char)code;
    return end;
}

static dn_status decode_pixels(gif_codes *codes, int code_bits, gif_frame *frame)
{
    int clear = 1 << code_bits, next = clear + 2, previous = -1;
    codes->length = code_bits + 1;
    for (;;) {
        int code = next_code(codes), end = CODES + 1, begin;
        if (code < 0 || code == clear + 1)
            return fail_damaged(codes->reader, "it ends before its last pixel");
        if (code == clear) {
            codes->length = code_bits + 1;
            next = clear + 2;
            previous = -1;
            continue;
        }
        if (previous < 0 ? code > clear : code > next)
            return fail_damaged(codes->reader, "a code comes before what it stands for");
        begin = expand(codes, code == next && previous >= 0 ? previous : code, clear,
                       code == next && previous >= 0 ? end - 1 : end);
        if (code == next && previous >= 0)
            codes->text[end - 1] = codes->text[begin];
        for (int i = begin; i < end; i++)
            if (!put_pixel(frame, codes->text[i]))
                return DN_OK;
        if (previous >= 0 && next < CODES) {
            codes->prefix[next] = (uint16_t)previous;
            codes->last[next++] = codes->text[begin];
            if (next == 1 << codes->length && codes->length < LONGEST_CODE)
                codes->length++;
        }
        previous = code;
    }
}

/* The bytes in the blocks from here on. */
static size_t count_block_bytes(gif_reader blocks)
{
    size_t bytes = 0;
    for (int size; !blocks.truncated && (size = next_byte(&blocks));) {
        size_t left = blocks.source->size - blocks.position;
        bytes += (size_t)size < left ? (size_t)size : left;
        blocks.position += (size_t)size < left ? (size_t)size : left;
    }
    return bytes;
}

/* Whether the codes that are there could stand for all pixels: each for less than CODES. */
static bool may_hold(const gif_reader *reader, const gif_frame *frame, int code_bits)
{
    size_t codes = count_block_bytes(*reader) * 8 / ((size_t)code_bits + 1);
    return (size_t)frame->width * (size_t)frame->height <= codes * CODES;
}

static dn_status read_frame(gif_reader *reader, int width, int height, dn_image **image)
{
    gif_frame frame = {.left = next_word(reader), .top = next_word(reader)};
    frame.width = next_word(reader);
    frame.height = next_word(reader);
    int flags = next_byte(reader);
    frame.interlaced = flags & 64;
    read_palette(reader, flags);
    int code_bits = next_byte(reader);
    if (reader->truncated || frame.width == 0 || frame.height == 0 || code_bits < 1 ||
        code_bits > 8)
        return fail_damaged(reader, "its first frame has no size or no pixels");
    width = frame.left + frame.width > width ? frame.left + frame.width : width;
    height = frame.top + frame.height > height ? frame.top + frame.height : height;
    DN_TRY(dn_image_check_size(reader->source, (size_t)width, (size_t)height));
    if (!may_hold(reader, &frame, code_bits))
        return fail_damaged(reader, "it ends before its last pixel");
    DN_TRY(dn_image_create(reader->source, (size_t)width, (size_t)height, 3, 8, image));
    unsigned char *pixels = (*image)->pixels;
    for (size_t i = 0; i < (size_t)width * (size_t)height; i++)
        memcpy(pixels + 3 * i, reader->palette[reader->background], 3);
    frame.image = *image;
    frame.palette = (const unsigned char(*)[3])reader->palette;
    gif_codes codes = {.reader = reader};
    return decode_pixels(&codes, code_bits, &frame);
}

dn_status dn_decode_gif(const dn_source *source, dn_image **out)
{
    gif_reader reader = {.source = source, .position = 6};
    dn_palette_start(reader.palette);
    int width = next_word(&reader), height = next_word(&reader), flags = next_byte(&reader);
    next_word(&reader); /* the background's colour and the pixels' proportions */
    read_palette(&reader, flags);
    DN_TRY(find_frame(&reader));
    dn_image *image = NULL;
    dn_status status = read_frame(&reader, width, height, &image);
    if (status == DN_OK)
        *out = image;
    else
        dn_image_free(image);
    return status;
}
