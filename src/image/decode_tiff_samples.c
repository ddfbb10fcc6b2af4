/* SPDX-License-Identifier: MIT */
/* From the samples of a TIFF file to pixels. */
#include "image/decode_tiff.h"

#include <string.h>

/* Sample `index` of a row, as it is stored. */
static unsigned sample_at(const unsigned char *row, size_t index, unsigned bits)
{
    if (bits == 8)
        return row[index];
    if (bits == 16) {
        uint16_t sample;
        memcpy(&sample, row + 2 * index, sizeof sample);
        return sample;
    }
    if (bits == 12) {
        const unsigned char *pair = row + index / 2 * 3;
        return index % 2 ? (pair[1] & 15u) << 8 | pair[2] : (unsigned)pair[0] << 4 | pair[1] >> 4;
    }
    unsigned shift = 8 - bits - (unsigned)(index * bits % 8);
    return row[index * bits / 8] >> shift & ((1u << bits) - 1);
}

/* Component c of pixel (x, y) of the blocks that were read. */
static unsigned component(const tiff_reader *reader, size_t x, size_t y, size_t c)
{
    const unsigned char *row = reader->blocks + y * reader->row_bytes;
    if (reader->apart)
        return sample_at(row + c * reader->block_bytes, x, reader->bits);
    return sample_at(row, x * reader->samples + c, reader->bits);
}

static unsigned byte_of(const tiff_reader *reader, size_t x, size_t y, size_t c)
{
    return component(reader, x, y, c) >> (reader->bits - 8);
}

/* The whole range of its bits spread over 8 or 16. */
static void store_grey(const tiff_reader *reader, size_t x, size_t y, unsigned char *out)
{
    unsigned sample = component(reader, x, y, 0), largest = (1u << reader->bits) - 1;
    if (reader->photometric == PHOTOMETRIC_MINISWHITE)
        sample = largest - sample;
    if (reader->bits <= 8) {
        *out = (unsigned char)(sample * 255 / largest);
        return;
    }
    uint16_t word = (uint16_t)(reader->bits == 12 ? sample << 4 | sample >> 8 : sample);
    memcpy(out, &word, sizeof word);
}

static void store_colours(const tiff_reader *reader, size_t x, size_t y, unsigned char *out)
{
    unsigned char inks[4];
    unsigned alpha = 255;
    switch (reader->photometric) {
    case PHOTOMETRIC_PALETTE:
        for (int c = 0; c < 3; c++)
            out[c] = (unsigned char)(reader->colours[c][component(reader, x, y, 0)] >> 8);
        return;
    case PHOTOMETRIC_SEPARATED:
        for (size_t c = 0; c < 4; c++)
            inks[c] = (unsigned char)(255 - byte_of(reader, x, y, c));
        dn_inks_to_rgb(inks, 1, out);
        return;
    default:
        if (reader->premultiplied)
            alpha = byte_of(reader, x, y, 3);
        for (size_t c = 0; c < 3; c++) {
            unsigned byte = byte_of(reader, x, y, c);
            byte = alpha ? byte * 255 / alpha : 0;
            out[c] = (unsigned char)(byte > 255 ? 255 : byte);
        }
    }
}

/* Whether pixels are stored as they are wanted, with nothing between but further samples. */
static bool is_plain(const tiff_reader *reader)
{
    return reader->bits == 8 && !reader->apart && !reader->premultiplied &&
           (reader->photometric == PHOTOMETRIC_MINISBLACK ||
            reader->photometric == PHOTOMETRIC_RGB || reader->photometric == PHOTOMETRIC_YCBCR);
}

static void store_row(const tiff_reader *reader, size_t width, size_t y, unsigned char *out)
{
    size_t channels = (size_t)reader->image->channels, pixel = channels;
    const unsigned char *row = reader->blocks + y * reader->row_bytes;
    if (reader->image->depth == 16)
        pixel *= 2;
    if (is_plain(reader)) {
        for (size_t x = 0; x < width; x++, row += reader->samples)
            for (size_t c = 0; c < channels; c++)
                *out++ = row[c];
        return;
    }
    for (size_t x = 0; x < width; x++, out += pixel)
        if (channels == 1)
            store_grey(reader, x, y, out);
        else
            store_colours(reader, x, y, out);
}

void dn_tiff_store(const tiff_reader *reader, uint32_t left, uint32_t top)
{
    const dn_image *image = reader->image;
    size_t pixel = (size_t)(image->channels * image->depth / 8);
    size_t width =
        reader->width - left < reader->block_width ? reader->width - left : reader->block_width;
    size_t height =
        reader->height - top < reader->block_height ? reader->height - top : reader->block_height;
    for (size_t y = 0; y < height; y++) {
        unsigned char *out =
            (unsigned char *)image->pixels + ((top + y) * reader->width + left) * pixel;
        store_row(reader, width, y, out);
    }
}
