/* SPDX-License-Identifier: MIT */
#include "image/decode.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/sized_options.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* Where Pillow refuses a picture: twice its limit of a quarter of a gigabyte of RGB. */
#define DEFAULT_MAX_PIXELS 178956970

static const dn_decoder *const decoders[] = {&dn_jpeg_decoder, &dn_png_decoder, &dn_webp_decoder};

/* Formats that are named, not read. */
static const dn_decoder strangers[] = {
    {.format = "BMP", .magic = "BM????\0\0\0\0", .magic_size = 10},
    {.format = "TIFF", .magic = "II*\0", .magic_size = 4},
    {.format = "TIFF", .magic = "MM\0*", .magic_size = 4},
    {.format = "GIF", .magic = "GIF8", .magic_size = 4},
    {.format = "PGM", .magic = "P2", .magic_size = 2},
    {.format = "PGM", .magic = "P5", .magic_size = 2},
    {.format = "PPM", .magic = "P3", .magic_size = 2},
    {.format = "PPM", .magic = "P6", .magic_size = 2},
    {.format = "HEIF or AVIF", .magic = "????ftyp", .magic_size = 8},
};

static bool begins_with_magic(const dn_source *source, const dn_decoder *decoder)
{
    if (source->size < decoder->magic_size)
        return false;
    for (size_t i = 0; i < decoder->magic_size; i++)
        if (decoder->magic[i] != '?' && source->data[i] != (unsigned char)decoder->magic[i])
            return false;
    return true;
}

static dn_status fail_unknown(const dn_source *source)
{
    if (source->size == 0)
        return dn_fail(DN_ERROR_FORMAT, "%s: is empty, a picture was expected", source->name);
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        if (begins_with_magic(source, &strangers[i]))
            return dn_fail(DN_ERROR_FORMAT,
                           "%s: is a %s picture, which is not read; JPEG, PNG and WebP are",
                           source->name, strangers[i].format);
    char begin[3 * 8 + 1] = "";
    for (size_t i = 0; i < 8 && i < source->size; i++)
        snprintf(begin + 3 * i, sizeof begin - 3 * i, " %02x", source->data[i]);
    return dn_fail(DN_ERROR_FORMAT, "%s: is not a JPEG, PNG or WebP picture (it begins with%s)",
                   source->name, begin);
}

void dn_image_defaults(dn_image_limits *limits, size_t struct_size)
{
    dn_start_options(limits, struct_size, &(dn_image_limits){0}, sizeof *limits);
}

dn_status dn_image_decode(const void *data, size_t size, const char *name,
                          const dn_image_limits *limits, dn_image **image)
{
    DN_NEED(data);
    DN_NEED(name);
    DN_NEED(image);
    dn_source source = {.data = data, .size = size, .name = name, .max_pixels = DEFAULT_MAX_PIXELS};
    dn_image_limits chosen = {0};
    DN_TRY(dn_read_options(limits, &chosen, sizeof chosen));
    if (chosen.max_pixels > 0)
        source.max_pixels = chosen.max_pixels;
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++)
        if (begins_with_magic(&source, decoders[i]))
            return decoders[i]->decode(&source, image);
    return fail_unknown(&source);
}

dn_status dn_image_read(const char *path, const dn_image_limits *limits, dn_image **image)
{
    DN_NEED(path);
    DN_NEED(image);
    dn_file_map map;
    DN_TRY(dn_file_map_open(path, &map));
    dn_status status = dn_image_decode(map.data, map.size, path, limits, image);
    dn_file_map_close(&map);
    return status;
}
