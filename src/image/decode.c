/* SPDX-License-Identifier: MIT */
#include "image/decode.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/picture_formats.h"
#include "base/sized_options.h"
#include "image/decode_frames.h"
#include "image/dicom/dicom.h"
#include "image/exif.h"
#include "image/format_choice.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where Pillow refuses a picture: twice its limit of a quarter of a gigabyte of RGB. */
#define DEFAULT_MAX_PIXELS 178956970

#ifdef DN_WITHOUT_TIFF
#define DECODE_TIFF NULL
#else
#define DECODE_TIFF dn_decode_tiff
#endif
#ifdef DN_WITHOUT_JPEG_2000
#define DECODE_JPEG_2000 NULL
#else
#define DECODE_JPEG_2000 dn_decode_jpeg_2000
#endif
#ifdef DN_WITHOUT_HEIF
#define DECODE_HEIF NULL
#else
#define DECODE_HEIF dn_decode_heif
#endif

/* How files of a format begin ('?' matches any byte). */
typedef struct picture_format {
    const char *name, *key, *magic; /* key: in dn_image_limits.formats */
    size_t magic_size;
    dn_decode *decode;                                          /* NULL: named, not read */
    int (*orientation)(const unsigned char *data, size_t size); /* NULL: has none */
} picture_format;

static const picture_format formats[] = {
    {"JPEG", "jpeg", "\xff\xd8\xff", 3, dn_decode_jpeg, dn_exif_in_jpeg},
    {"PNG", "png", "\x89PNG\r\n\x1a\n", 8, dn_decode_png, dn_exif_in_png},
    {"WebP", "webp", "RIFF????WEBP", 12, dn_decode_webp, dn_exif_in_webp},
    {"TIFF", "tiff", "II*\0", 4, DECODE_TIFF, NULL},
    {"TIFF", "tiff", "MM\0*", 4, DECODE_TIFF, NULL},
    {"TIFF", "tiff", "II+\0", 4, DECODE_TIFF, NULL}, /* above four gigabytes */
    {"TIFF", "tiff", "MM\0+", 4, DECODE_TIFF, NULL},
    {"GIF", "gif", "GIF87a", 6, dn_decode_gif, NULL},
    {"GIF", "gif", "GIF89a", 6, dn_decode_gif, NULL},
    {"BMP", "bmp", "BM", 2, dn_decode_bmp, NULL},
    {"PGM", "pnm", "P2", 2, dn_decode_pnm, NULL},
    {"PGM", "pnm", "P5", 2, dn_decode_pnm, NULL},
    {"PPM", "pnm", "P3", 2, dn_decode_pnm, NULL},
    {"PPM", "pnm", "P6", 2, dn_decode_pnm, NULL},
    {"JPEG 2000", "jpeg2000", "\0\0\0\x0cjP  ", 8, DECODE_JPEG_2000, NULL},
    {"JPEG 2000", "jpeg2000", "\xff\x4f\xff\x51", 4, DECODE_JPEG_2000, NULL},
    {"JPEG XL", NULL, "\0\0\0\x0cJXL ", 8, NULL, NULL},
    {"JPEG XL", NULL, "\xff\x0a", 2, NULL, NULL},
    {"Photoshop", NULL, "8BPS", 4, NULL, NULL},
    {"HEIF or AVIF", "heif", "????ftyp", 8, DECODE_HEIF, NULL},
};

static bool begins_with_magic(const dn_source *source, const picture_format *format)
{
    if (source->size < format->magic_size)
        return false;
    for (size_t i = 0; i < format->magic_size; i++)
        if (format->magic[i] != '?' && source->data[i] != (unsigned char)format->magic[i])
            return false;
    return true;
}

static dn_status fail_format(const dn_source *source, const char *format)
{
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: is a %s picture, which is not read; " DN_FORMATS_READ " are", source->name,
                   format);
}

static dn_status fail_unknown(const dn_source *source)
{
    if (source->size == 0)
        return dn_fail(DN_ERROR_FORMAT, "%s: is empty, a picture was expected", source->name);
    char begin[3 * 8 + 1] = "";
    for (size_t i = 0; i < 8 && i < source->size; i++)
        snprintf(begin + 3 * i, sizeof begin - 3 * i, " %02x", source->data[i]);
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: is not a picture; " DN_FORMATS_READ " are read (it begins with%s)",
                   source->name, begin);
}

static dn_status fail_frame(const dn_source *source)
{
    return dn_fail(DN_ERROR_ARGUMENT, "%s: is no DICOM file, whose frames can be chosen",
                   source->name);
}

static dn_status check_choice(const dn_source *source)
{
    bool sound =
        source->voi != DN_VOI_WINDOW ||
        (isfinite(source->window[0]) && isfinite(source->window[1]) && source->window[1] >= 1);
    if (source->frame < 0 || source->voi < DN_VOI_AUTO || source->voi > DN_VOI_WINDOW || !sound)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: a window is at least 1 wide, a frame counts from 1",
                       source->name);
    return DN_OK;
}

void dn_image_defaults(dn_image_limits *limits, size_t struct_size)
{
    dn_start_options(limits, struct_size, &(dn_image_limits){0}, sizeof *limits);
}

static dn_status decode_dicom(const dn_source *source, const char *chosen, dn_image **image)
{
    DN_TRY(dn_format_is_chosen(chosen, "dicom", source->name));
    return dn_decode_dicom(source, image);
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
    source.frame = chosen.frame;
    source.voi = chosen.voi;
    memcpy(source.window, chosen.window, sizeof source.window);
    DN_TRY(check_choice(&source));
    if (dn_dicom_has_preamble(data, size))
        return decode_dicom(&source, chosen.formats, image);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (!begins_with_magic(&source, &formats[i]))
            continue;
        if (!formats[i].decode)
            return fail_format(&source, formats[i].name);
        if (source.frame)
            return fail_frame(&source);
        DN_TRY(dn_format_is_chosen(chosen.formats, formats[i].key, name));
        DN_TRY(formats[i].decode(&source, image));
        (*image)->orientation = formats[i].orientation ? formats[i].orientation(data, size) : 0;
        return DN_OK;
    }
    if (!dn_dicom_claims(data, size))
        return fail_unknown(&source);
    return decode_dicom(&source, chosen.formats, image);
}

dn_status dn_image_read(const char *path, const dn_image_limits *limits, dn_image **image)
{
    DN_NEED(path);
    DN_NEED(image);
    dn_image_limits chosen = {.struct_size = sizeof chosen};
    DN_TRY(dn_read_options(limits, &chosen, sizeof chosen));
    char *file;
    DN_TRY(dn_image_path_file(path, &file, &chosen.frame));
    dn_file_map map;
    dn_status status = dn_file_read(file, DN_FILE_ANY_SIZE, &map);
    if (status == DN_OK) {
        chosen.struct_size = sizeof chosen;
        status = dn_image_decode(map.data, map.size, path, &chosen, image);
        dn_file_map_close(&map);
    }
    free(file);
    return status;
}
