/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "tensors/writers.h"

#include <stdlib.h>

/* Wider types first, as the format's own library orders them, so that every
 * tensor is aligned to its type. */
static const size_t widths[] = {8, 4, 2, 1};
#define WIDTH_COUNT (sizeof widths / sizeof *widths)

static void describe(const dn_output *output, size_t *offset, dn_text *header)
{
    size_t begin = *offset, end = begin + dn_output_bytes(output);
    dn_text_add(header, ",");
    dn_text_add_json(header, output->name);
    dn_text_add(header, ":{\"dtype\":\"%s\",\"shape\":[", dn_dtype_safetensors_name(output->dtype));
    for (int d = 0; d < output->rank; d++)
        dn_text_add(header, "%s%lld", d ? "," : "", (long long)output->shape[d]);
    dn_text_add(header, "],\"data_offsets\":[%zu,%zu]}", begin, end);
    *offset = end;
}

static dn_status write_header(dn_file_writer *writer, const char *metadata,
                              const dn_output *outputs, size_t count)
{
    dn_text header = {0};
    size_t offset = 0;
    dn_text_add(&header, "{\"__metadata__\":%s", metadata);
    for (size_t w = 0; w < WIDTH_COUNT; w++)
        for (size_t i = 0; i < count; i++)
            if (dn_dtype_size(outputs[i].dtype) == widths[w])
                describe(&outputs[i], &offset, &header);
    dn_text_add(&header, "}");
    while (header.length % 8 && !header.failed)
        dn_text_add_bytes(&header, " ", 1);
    size_t length = header.length;
    unsigned char size[8];
    char *text = NULL;
    DN_TRY(dn_text_take(&header, &text));
    for (int i = 0; i < 8; i++)
        size[i] = (unsigned char)(length >> 8 * i);
    dn_status status = dn_file_write(writer, size, sizeof size);
    if (status == DN_OK)
        status = dn_file_write(writer, text, length);
    free(text);
    return status;
}

dn_status dn_write_safetensors(dn_file_writer *writer, const char *metadata,
                               const dn_output *outputs, size_t count)
{
    DN_TRY(write_header(writer, metadata, outputs, count));
    for (size_t w = 0; w < WIDTH_COUNT; w++)
        for (size_t i = 0; i < count; i++)
            if (dn_dtype_size(outputs[i].dtype) == widths[w])
                DN_TRY(dn_output_write(writer, &outputs[i]));
    return DN_OK;
}
