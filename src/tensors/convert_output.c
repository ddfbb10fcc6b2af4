/* SPDX-License-Identifier: MIT */
#include "tensors/writers.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t dn_output_count(const dn_output *output)
{
    size_t count = 1;
    for (int d = 0; d < output->rank; d++)
        count *= (size_t)output->shape[d];
    return count;
}

size_t dn_output_bytes(const dn_output *output)
{
    return dn_output_count(output) * dn_dtype_size(output->dtype);
}

/* The limit beyond which a value rounds to infinity; f32 and bf16 have the same
 * range up to bf16's last half unit. */
static float largest(dn_dtype dtype)
{
    return dtype == DN_F16 ? 65520.0f : dtype == DN_BF16 ? 0x1.ffp127f : HUGE_VALF;
}

dn_status dn_output_convert(const dn_output *output, unsigned char *bytes)
{
    size_t count = dn_output_count(output);
    if (!output->data) {
        for (size_t i = 0; i < dn_output_bytes(output); i++)
            bytes[i] = (unsigned char)(output->count >> 8 * i);
        return DN_OK;
    }
    if (output->dtype == DN_I8) {
        for (size_t i = 0; i < count; i++)
            bytes[i] = (unsigned char)(int8_t)output->data[i];
        return DN_OK;
    }
    float limit = largest(output->dtype);
    for (size_t i = 0; i < count; i++)
        if (fabsf(output->data[i]) >= limit && isfinite(output->data[i]))
            return dn_fail(DN_ERROR_NUMERIC, "tensor \"%s\" holds %g, which is too large for %s",
                           output->name, (double)output->data[i], dn_dtype_name(output->dtype));
    dn_from_float(output->dtype, output->data, count, bytes);
    return DN_OK;
}

dn_status dn_output_write(dn_file_writer *writer, const dn_output *output)
{
    unsigned char *bytes;
    size_t size = dn_output_bytes(output);
    DN_TRY(dn_alloc_aligned(size, 1, &bytes));
    dn_status status = dn_output_convert(output, bytes);
    if (status == DN_OK)
        status = dn_file_write(writer, bytes, size);
    free(bytes);
    return status;
}
