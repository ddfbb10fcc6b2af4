/* SPDX-License-Identifier: MIT */
/* Pictures made by the tests of the readers. */
#ifndef ENCODING_H
#define ENCODING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

/* A file in memory; free(data). */
typedef struct encoded {
    unsigned char *data;
    size_t size;
} encoded;

/* width x height x channels bytes, neither flat nor pure noise; free(). */
static inline unsigned char *draw_picture(int width, int height, int channels)
{
    unsigned char *pixels = malloc((size_t)(width * height * channels)), *at = pixels;
    uint32_t noise = 1;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++) {
                noise = noise * 1664525 + 1013904223;
                *at++ = (unsigned char)(5 * x + (3 + c) * y + (int)(noise >> 28));
            }
    return pixels;
}

static inline encoded encode_png(const unsigned char *rgb, int width, int height, bool interlaced)
{
    encoded file;
    FILE *stream = open_memstream((char **)&file.data, &file.size);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, stream);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, 8, PNG_COLOR_TYPE_RGB,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int pass = png_set_interlace_handling(png); pass > 0; pass--)
        for (int y = 0; y < height; y++)
            png_write_row(png, rgb + (size_t)y * (size_t)width * 3);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    fclose(stream);
    return file;
}

/* channels 1 or 3. scans: progressive in that many, or NULL. */
static inline encoded encode_jpeg(const unsigned char *pixels, int width, int height, int channels,
                                  const jpeg_scan_info *scans, int scan_count)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *data = NULL;
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &data, &size);
    jpeg.image_width = (JDIMENSION)width;
    jpeg.image_height = (JDIMENSION)height;
    jpeg.input_components = channels;
    jpeg.in_color_space = channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 95, TRUE);
    jpeg.scan_info = scans;
    jpeg.num_scans = scan_count;
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < height; y++) {
        JSAMPROW row = (JSAMPROW)(pixels + (size_t)(y * width * channels));
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return (encoded){.data = data, .size = size};
}

static inline encoded encode_webp(const unsigned char *rgb, int width, int height, bool lossless)
{
    uint8_t *data;
    size_t size = lossless ? WebPEncodeLosslessRGB(rgb, width, height, 3 * width, &data)
                           : WebPEncodeRGB(rgb, width, height, 3 * width, 90, &data);
    encoded file = {.data = malloc(size), .size = size};
    memcpy(file.data, data, size);
    WebPFree(data);
    return file;
}

/* The lowest `bytes` bytes of a number. */
static inline void put_number(FILE *stream, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        fputc((int)(number >> 8 * i & 255), stream);
}

/* An animation whose only frame, a still WebP file, lies at (4, 2) of a larger canvas. */
static inline encoded animate_webp(const encoded *still, int width, int height)
{
    encoded file;
    uint32_t frame = (uint32_t)still->size - 12;
    FILE *stream = open_memstream((char **)&file.data, &file.size);
    fputs("RIFF", stream);
    put_number(stream, 4 + 18 + 14 + 8 + 16 + frame, 4);
    fputs("WEBPVP8X", stream);
    put_number(stream, 10, 4);
    put_number(stream, 2, 4);
    put_number(stream, (uint32_t)width + 8 - 1, 3);
    put_number(stream, (uint32_t)height + 4 - 1, 3);
    fputs("ANIM", stream);
    put_number(stream, 6, 4);
    put_number(stream, UINT32_MAX, 4);
    put_number(stream, 0, 2);
    fputs("ANMF", stream);
    put_number(stream, 16 + frame, 4);
    put_number(stream, 4 / 2, 3);
    put_number(stream, 2 / 2, 3);
    put_number(stream, (uint32_t)width - 1, 3);
    put_number(stream, (uint32_t)height - 1, 3);
    put_number(stream, 100, 4);
    fwrite(still->data + 12, 1, frame, stream);
    fclose(stream);
    return file;
}

/* 24 bits, from the bottom up. */
static inline encoded encode_bmp(const unsigned char *rgb, int width, int height)
{
    encoded file;
    size_t padding = (size_t)(-3 * width & 3);
    FILE *stream = open_memstream((char **)&file.data, &file.size);
    fputs("BM", stream);
    put_number(stream, 0, 8);
    put_number(stream, 54, 4);
    put_number(stream, 40, 4);
    put_number(stream, (uint32_t)width, 4);
    put_number(stream, (uint32_t)height, 4);
    put_number(stream, 1, 2);
    put_number(stream, 24, 2);
    for (int i = 0; i < 24; i++)
        fputc(0, stream);
    for (int y = height - 1; y >= 0; y--) {
        const unsigned char *row = rgb + (size_t)(3 * y * width);
        for (int x = 0; x < width; x++)
            for (int c = 2; c >= 0; c--)
                fputc(row[3 * x + c], stream);
        for (size_t i = 0; i < padding; i++)
            fputc(0, stream);
    }
    fclose(stream);
    return file;
}

/* Bytes below 128, whose shades are twice as bright. Codes are bytes: a clear code comes
 * before they would grow. */
static inline encoded encode_gif(const unsigned char *indices, int width, int height)
{
    encoded file;
    int count = width * height;
    FILE *stream = open_memstream((char **)&file.data, &file.size);
    fputs("GIF89a", stream);
    put_number(stream, (uint32_t)width, 2);
    put_number(stream, (uint32_t)height, 2);
    put_number(stream, 0xf6, 3);
    for (int i = 0; i < 128; i++)
        for (int c = 0; c < 3; c++)
            fputc(2 * i, stream);
    fputc(',', stream);
    put_number(stream, 0, 4);
    put_number(stream, (uint32_t)width, 2);
    put_number(stream, (uint32_t)height, 2);
    put_number(stream, 0, 1);
    fputc(7, stream);
    for (int i = 0; i < count; i += 100) {
        int some = count - i < 100 ? count - i : 100;
        fputc(some + 1, stream);
        fputc(128, stream);
        fwrite(indices + i, 1, (size_t)some, stream);
    }
    fputs("\1\x81", stream);
    fputc(0, stream);
    fputc(';', stream);
    fclose(stream);
    return file;
}

typedef struct tiff_field {
    uint16_t tag;
    uint32_t value; /* of 32 bits; of lists, one that all items have */
} tiff_field;

/* Little-endian, not compressed, in one strip; `fields` in addition to the usual, or in
 * place of them where the tag is the same. */
static inline encoded encode_tiff(const void *pixels, size_t bytes, const tiff_field *fields,
                                  size_t count)
{
    encoded file;
    uint32_t sorted[400] = {[259] = 1, [262] = 1, [277] = 1, [258] = 8};
    bool present[400] = {[259] = true, [262] = true, [277] = true, [258] = true};
    uint32_t total = 4 + 2, end;
    for (size_t i = 0; i < count; i++) {
        total += !present[fields[i].tag];
        sorted[fields[i].tag] = fields[i].value;
        present[fields[i].tag] = true;
    }
    end = 8 + 2 + 12 * total + 4;
    sorted[273] = end;
    sorted[279] = (uint32_t)bytes;
    present[273] = present[279] = true;
    FILE *stream = open_memstream((char **)&file.data, &file.size);
    fwrite("II*\0\x08\0\0\0", 1, 8, stream);
    put_number(stream, total, 2);
    for (uint32_t tag = 0; tag < 400; tag++) {
        if (!present[tag])
            continue;
        put_number(stream, tag, 2);
        put_number(stream, sorted[tag] > 65535 ? 4 : 3, 2);
        put_number(stream, 1, 4);
        put_number(stream, sorted[tag], 4);
    }
    put_number(stream, 0, 4);
    fwrite(pixels, 1, bytes, stream);
    fclose(stream);
    return file;
}

#endif
