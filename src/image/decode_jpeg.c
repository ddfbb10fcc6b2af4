/* SPDX-License-Identifier: MIT */
/* JPEG by libjpeg-turbo, with the settings that Pillow leaves at their
 * defaults (accurate integer DCT, smooth upsampling). EXIF orientation is not
 * applied: neither Pillow's open() nor torchvision's loaders apply it. */
#include "base/text.h"
#include "image/decode.h"

#include <setjmp.h>
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>

#include "image/jpeg_memory.h"

/* No camera or editor writes more than a few dozen; each costs a pass over the
 * whole picture, so a small hostile file could take hours. */
enum { SCANS_OF_ANY = 32, MAX_SCANS = 500 };
#define MAX_SCANNED_PIXELS 1073741824.0 /* a second or so */

typedef struct jpeg_reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_source_mgr input;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    const dn_source *source;
    dn_image *image;
    jmp_buf escape;
} jpeg_reader;

static void jump_on_error(j_common_ptr jpeg)
{
    longjmp(((jpeg_reader *)jpeg->client_data)->escape, 1);
}

static int most_scans(const struct jpeg_decompress_struct *jpeg)
{
    double scans = MAX_SCANNED_PIXELS / ((double)jpeg->image_width * jpeg->image_height);
    return scans < SCANS_OF_ANY ? SCANS_OF_ANY : scans > MAX_SCANS ? MAX_SCANS : (int)scans;
}

static void count_scans(j_common_ptr jpeg)
{
    if (((j_decompress_ptr)jpeg)->input_scan_number > most_scans((j_decompress_ptr)jpeg))
        ERREXIT(jpeg, JERR_TOO_LITTLE_DATA);
}

static dn_status fail_truncated(const jpeg_reader *reader)
{
    return dn_fail(DN_ERROR_FORMAT, "%s: the JPEG file is truncated, it ends after %zu byte%s",
                   reader->source->name, reader->source->size,
                   dn_plural((long long)reader->source->size));
}

static dn_status fail_by_library(jpeg_reader *reader)
{
    const char *name = reader->source->name;
    if (reader->errors.msg_code == JERR_OUT_OF_MEMORY)
        return dn_fail(DN_ERROR_MEMORY, "%s: out of memory for decoding", name);
    int most = most_scans(&reader->jpeg);
    if (reader->jpeg.input_scan_number > most)
        return dn_fail(DN_ERROR_LIMIT, "%s: the JPEG file has more than %d scans", name, most);
    char message[JMSG_LENGTH_MAX];
    reader->errors.format_message((j_common_ptr)&reader->jpeg, message);
    return dn_fail(DN_ERROR_FORMAT, "%s: the JPEG file is damaged: %s", name, message);
}

static dn_status choose_colours(jpeg_reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    switch (jpeg->num_components) {
    case 1:
        jpeg->out_color_space = JCS_GRAYSCALE;
        return DN_OK;
    case 3:
        jpeg->out_color_space = JCS_RGB;
        return DN_OK;
    case 4:
        jpeg->out_color_space = JCS_CMYK;
        return DN_OK;
    default:
        return dn_fail(
            DN_ERROR_FORMAT,
            "%s: the JPEG file has %d components; 1 (grey), 3 (RGB) or 4 (CMYK) are expected",
            reader->source->name, jpeg->num_components);
    }
}

static dn_status read_rows(jpeg_reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    dn_image *image = reader->image;
    JSAMPARRAY inks = NULL;
    if (jpeg->out_color_space == JCS_CMYK)
        inks = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, 4 * jpeg->output_width, 1);
    size_t stride = (size_t)image->width * (size_t)image->channels;
    unsigned char *row = image->pixels;
    for (int y = 0; y < image->height; y++, row += stride) {
        if (jpeg_read_scanlines(jpeg, inks ? inks : &row, 1) != 1)
            return fail_truncated(reader);
        if (inks)
            dn_inks_to_rgb(inks[0], image->width, row);
    }
    /* As with Pillow, what follows the last row may be anything; damage before it exits through
     * error_exit. */
    jpeg_finish_decompress(jpeg);
    return DN_OK;
}

static dn_status read_picture(jpeg_reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg->src = &reader->input;
    jpeg->progress = &reader->progress;
    if (jpeg_read_header(jpeg, TRUE) == JPEG_SUSPENDED)
        return fail_truncated(reader);
    DN_TRY(choose_colours(reader));
    DN_TRY(dn_image_create(reader->source, jpeg->image_width, jpeg->image_height,
                           jpeg->num_components == 1 ? 1 : 3, 8, &reader->image));
    if (!jpeg_start_decompress(jpeg))
        return fail_truncated(reader);
    return read_rows(reader);
}

dn_status dn_decode_jpeg(const dn_source *source, dn_image **image)
{
    jpeg_reader reader = {.source = source};
    read_from_memory(&reader.input, source->data, source->size);
    reader.jpeg.err = jpeg_std_error(&reader.errors);
    reader.jpeg.client_data = &reader;
    reader.errors.error_exit = jump_on_error;
    reader.errors.output_message = ignore_message;
    reader.errors.emit_message = refuse_lost_samples;
    reader.progress.progress_monitor = count_scans;
    dn_status status = setjmp(reader.escape) ? fail_by_library(&reader) : read_picture(&reader);
    jpeg_destroy_decompress(&reader.jpeg);
    if (status == DN_OK)
        *image = reader.image;
    else
        dn_image_free(reader.image);
    return status;
}
