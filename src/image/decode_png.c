/* SPDX-License-Identifier: MIT */
/* PNG by libpng: every colour type, depth and interlacing. Alpha and
 * transparent colours are dropped, samples of 16 bits lose their low byte; grey
 * of 16 bits keeps it, for the X-ray pipeline. Gamma and colour profiles are
 * ignored, as Pillow ignores them. */
#include "image/decode.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

typedef struct png_reader {
    png_structp png;
    png_infop info;
    const dn_source *source;
    size_t position;
    dn_image *image;
    bool starved; /* an allocation failed */
    char message[128];
} png_reader;

static void jump_on_error(png_structp png, png_const_charp message)
{
    png_reader *reader = png_get_error_ptr(png);
    snprintf(reader->message, sizeof reader->message, "%s", message);
    png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

static png_voidp allocate(png_structp png, png_alloc_size_t size)
{
    void *memory = malloc(size);
    if (!memory)
        ((png_reader *)png_get_mem_ptr(png))->starved = true;
    return memory;
}

static void release(png_structp png, png_voidp memory)
{
    (void)png;
    free(memory);
}

static void read_bytes(png_structp png, png_bytep out, size_t count)
{
    png_reader *reader = png_get_io_ptr(png);
    if (count > reader->source->size - reader->position)
        png_error(png, "it is truncated");
    memcpy(out, reader->source->data + reader->position, count);
    reader->position += count;
}

/* Indices past the end of the palette mean shades of grey, as in Pillow. */
static void complete_palette(png_reader *reader, int depth)
{
    png_colorp stored;
    png_color palette[256];
    int count = 0;
    png_get_PLTE(reader->png, reader->info, &stored, &count);
    memcpy(palette, stored, (size_t)count * sizeof *palette);
    for (int i = count; i < 256; i++)
        palette[i] = (png_color){(png_byte)i, (png_byte)i, (png_byte)i};
    png_set_PLTE(reader->png, reader->info, palette, 1 << depth);
}

/* Asks libpng for RGB or grey samples; returns their number of bits. */
static int choose_transformations(png_reader *reader)
{
    png_structp png = reader->png;
    int depth = png_get_bit_depth(png, reader->info);
    int colours = png_get_color_type(png, reader->info);
    if (colours == PNG_COLOR_TYPE_PALETTE) {
        complete_palette(reader, depth);
        png_set_palette_to_rgb(png);
    }
    png_set_strip_alpha(png);
    if (colours == PNG_COLOR_TYPE_GRAY && depth < 8)
        png_set_expand_gray_1_2_4_to_8(png);
    if (depth < 16)
        return 8;
    if (colours != PNG_COLOR_TYPE_GRAY) {
        png_set_strip_16(png);
        return 8;
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    png_set_swap(png);
#endif
    return 16;
}

static dn_status read_rows(png_reader *reader, int passes)
{
    const dn_image *image = reader->image;
    size_t stride = (size_t)image->width * (size_t)(image->channels * image->depth / 8);
    if (png_get_rowbytes(reader->png, reader->info) != stride)
        png_error(reader->png, "its rows have an unexpected size");
    for (int pass = 0; pass < passes; pass++) {
        unsigned char *row = image->pixels;
        for (int y = 0; y < image->height; y++, row += stride)
            png_read_row(reader->png, row, NULL);
    }
    return DN_OK;
}

/* A row takes libpng the time of dozens of pixels, however narrow it is; a million are no matter.
 */
static dn_status check_rows(const dn_source *source, png_uint_32 rows)
{
    long long share = source->max_pixels / 64, most = share > 1000000 ? share : 1000000;
    return rows <= most
               ? DN_OK
               : dn_fail(DN_ERROR_LIMIT,
                         "%s: %lu rows are more than max_pixels allows of a PNG file, %lld",
                         source->name, (unsigned long)rows, most);
}

static dn_status read_picture(png_reader *reader)
{
    png_structp png = reader->png;
    /* No chunk but the palette's affects the samples: skip the others rather
     * than decompress untrusted profiles and texts. */
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_read_fn(png, reader, read_bytes);
    png_read_info(png, reader->info);
    int channels = png_get_color_type(png, reader->info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
    int depth = choose_transformations(reader);
    if (png_get_image_width(png, reader->info) < 64)
        DN_TRY(check_rows(reader->source, png_get_image_height(png, reader->info)));
    DN_TRY(dn_image_create(reader->source, png_get_image_width(png, reader->info),
                           png_get_image_height(png, reader->info), channels, depth,
                           &reader->image));
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);
    return read_rows(reader, passes);
}

static dn_status fail_by_library(const png_reader *reader)
{
    const char *name = reader->source->name;
    if (reader->starved)
        return dn_fail(DN_ERROR_MEMORY, "%s: out of memory for decoding", name);
    return dn_fail(DN_ERROR_FORMAT, "%s: the PNG file is damaged: %s", name, reader->message);
}

dn_status dn_decode_png(const dn_source *source, dn_image **image)
{
    png_reader reader = {.source = source};
    reader.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &reader, jump_on_error,
                                          ignore_warning, &reader, allocate, release);
    if (reader.png)
        reader.info = png_create_info_struct(reader.png);
    if (!reader.info) {
        png_destroy_read_struct(&reader.png, NULL, NULL);
        return dn_fail(DN_ERROR_MEMORY, "%s: out of memory for decoding", source->name);
    }
    dn_status status =
        setjmp(png_jmpbuf(reader.png)) ? fail_by_library(&reader) : read_picture(&reader);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    if (status == DN_OK)
        *image = reader.image;
    else
        dn_image_free(reader.image);
    return status;
}
