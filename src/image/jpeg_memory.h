/* SPDX-License-Identifier: MIT */
/* What libjpeg calls back while it decodes a file that is wholly in memory; over the jpeglib.h and
 * jerror.h that were included before, since builds for other sample sizes have other types. */
#ifndef DN_IMAGE_JPEG_MEMORY_H
#define DN_IMAGE_JPEG_MEMORY_H

#include <stddef.h>

static void ignore_message(j_common_ptr jpeg)
{
    (void)jpeg;
}

/* Warnings of an odd file whose samples are all there; after others the library makes samples up,
 * which is an error. */
static void refuse_lost_samples(j_common_ptr jpeg, int level)
{
    if (level >= 0)
        return;
    switch (jpeg->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
    case JWRN_TOO_MUCH_DATA:
        break;
    default:
        jpeg->err->error_exit(jpeg);
    }
}

static void nothing_to_do(j_decompress_ptr jpeg)
{
    (void)jpeg;
}

/* The whole file is there from the start: if more is asked for, it is truncated. */
static boolean fail_truncated_input(j_decompress_ptr jpeg)
{
    (void)jpeg;
    return FALSE;
}

static void skip_input(j_decompress_ptr jpeg, long count)
{
    struct jpeg_source_mgr *input = jpeg->src;
    size_t left = input->bytes_in_buffer, asked = count > 0 ? (size_t)count : 0;
    size_t skipped = asked < left ? asked : left;
    input->next_input_byte += skipped;
    input->bytes_in_buffer -= skipped;
}

static inline void read_from_memory(struct jpeg_source_mgr *input, const unsigned char *data,
                                    size_t size)
{
    input->next_input_byte = data;
    input->bytes_in_buffer = size;
    input->init_source = nothing_to_do;
    input->fill_input_buffer = fail_truncated_input;
    input->skip_input_data = skip_input;
    input->resync_to_restart = jpeg_resync_to_restart;
    input->term_source = nothing_to_do;
}

#endif
