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

#endif
