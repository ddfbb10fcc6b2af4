/* SPDX-License-Identifier: MIT */
#include "protocol/tensor_floats.h"

#include "base/element.h"
#include "base/locale.h"
#include "base/memory.h"
#include "protocol/json_number.h"
#include "protocol/json_tensor.h"

#include <math.h>
#include <stdlib.h>

static dn_status read_number(json_tensor *r)
{
    float *value = (float *)r->target + r->index;
    r->at = json_number_read(r->at, r->end, value);
    if (!r->at)
        return dn_fail(DN_ERROR_FORMAT, "input '%.100s': element %zu is not a number",
                       r->input->name, r->index);
    if (!isfinite(*value))
        return dn_fail(DN_ERROR_FORMAT, "input '%.100s': element %zu is too large for a float",
                       r->input->name, r->index);
    return DN_OK;
}

static dn_status read_array(const infer_input *input, float *values)
{
    locale_t former = dn_use_decimal_points();
    dn_status status = json_tensor_read(input, values, read_number);
    uselocale(former);
    return status;
}

static dn_dtype element_of(tensor_type type)
{
    return type == TENSOR_FP16   ? DN_F16
           : type == TENSOR_BF16 ? DN_BF16
           : type == TENSOR_FP64 ? DN_F64
                                 : DN_F32;
}

/* Whether the bytes of the body are floats of this machine, and stand where floats may. */
static bool can_be_viewed(const infer_input *input)
{
    const uint16_t one = 1;
    bool little_endian = *(const unsigned char *)&one == 1;
    return little_endian && input->form != TENSOR_JSON && input->type == TENSOR_FP32 &&
           (uintptr_t)input->data % _Alignof(float) == 0;
}

bool tensor_floats_has(const infer_input *input)
{
    bool halves = input->type == TENSOR_FP16 || input->type == TENSOR_BF16;
    return input->type == TENSOR_FP32 || input->type == TENSOR_FP64 ||
           (halves && input->form != TENSOR_JSON);
}

dn_status tensor_floats_read(const infer_input *input, tensor_floats *read)
{
    *read = (tensor_floats){0};
    if (can_be_viewed(input)) {
        read->values = (const void *)input->data;
        return DN_OK;
    }
    if (input->form == TENSOR_JSON && input->elements > input->size / 2)
        return dn_fail(DN_ERROR_FORMAT,
                       "input '%.100s': \"data\" has less than the %zu elements that its shape has",
                       input->name, input->elements);
    DN_TRY(dn_alloc_aligned(input->elements, sizeof(float), &read->owned));
    dn_status status = DN_OK;
    if (input->form == TENSOR_JSON)
        status = read_array(input, read->owned);
    else
        dn_to_float(element_of(input->type), input->data, input->elements, 1, read->owned);
    read->values = read->owned;
    if (status != DN_OK)
        tensor_floats_free(read);
    return status;
}

void tensor_floats_free(tensor_floats *read)
{
    free(read->owned);
    *read = (tensor_floats){0};
}
