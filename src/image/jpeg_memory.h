/* SPDX-License-Identifier: MIT */
/* What libjpeg calls back while it decodes a file that is wholly in memory; over the jpeglib.h that
 * was included before, since builds for other sample sizes have other types. */
#ifndef DN_IMAGE_JPEG_MEMORY_H
#define DN_IMAGE_JPEG_MEMORY_H

#include <stddef.h>

static void ignore_message(j_common_ptr jpeg)
{
    (void)jpeg;
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
