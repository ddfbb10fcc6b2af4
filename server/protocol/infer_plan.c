/* SPDX-License-Identifier: MIT */
#include "protocol/infer_plan.h"

#include "base/memory.h"
#include "base/text.h"
#include "protocol/tensor_floats.h"

#include <stdlib.h>
#include <string.h>

static void add_dims(dn_text *text, const infer_input *input)
{
    dn_text_add(text, "[");
    for (int i = 0; i < input->rank; i++)
        dn_text_add(text, "%s%zu", i ? "," : "", input->dims[i]);
    dn_text_add(text, "]");
}

static dn_status refuse_shape(const infer_input *input, const model_facts *m)
{
    dn_text text = {0};
    char *shape;
    add_dims(&text, input);
    DN_TRY(dn_text_take(&text, &shape));
    dn_status status =
        dn_fail(DN_ERROR_MISMATCH,
                "input '" MODEL_INPUT "' of network '%s' is FP32 of the shape [-1,%d,%d,%d], the "
                "first its batch, or BYTES [-1], picture files; %s %s was sent",
                m->name, m->channels, m->height, m->width, tensor_type_name(input->type), shape);
    free(shape);
    return status;
}

static dn_status check_batch(const infer_input *input, const model_facts *m)
{
    if (input->elements && input->dims[0] <= (size_t)m->most_batch)
        return DN_OK;
    return dn_fail(DN_ERROR_MISMATCH, "the batch has %zu pictures; network '%s' takes 1 to %d",
                   input->elements ? input->dims[0] : 0, m->name, m->most_batch);
}

static bool is_side(size_t side, int declared, const model_facts *m)
{
    return declared > 0 ? side == (size_t)declared : side >= (size_t)m->smallest;
}

static dn_status check_pixels(const infer_input *input, const model_facts *m)
{
    size_t pixels, height = input->dims[2], width = input->dims[3];
    bool varies = m->height < 0 || m->width < 0;
    if (!varies || (dn_multiply(height, width, &pixels) && pixels <= m->most_pixels))
        return DN_OK;
    return dn_fail(DN_ERROR_LIMIT,
                   "a picture of %zu x %zu is larger than the %zu pixels that are taken", height,
                   width, m->most_pixels);
}

static dn_status plan_tensor(const model_facts *m, infer_plan *plan)
{
    const infer_input *input = &plan->input;
    if (!tensor_floats_has(input))
        return dn_fail(DN_ERROR_MISMATCH,
                       "input '" MODEL_INPUT "': %s is not taken here; FP32 and FP64 are, FP16 and "
                       "BF16 as binary data, and BYTES, picture files",
                       tensor_type_name(input->type));
    if (input->rank != 4 || input->dims[1] != (size_t)m->channels)
        return refuse_shape(input, m);
    DN_TRY(check_batch(input, m));
    if (!is_side(input->dims[2], m->height, m) || !is_side(input->dims[3], m->width, m))
        return refuse_shape(input, m);
    DN_TRY(check_pixels(input, m));
    plan->batch = (int)input->dims[0];
    plan->height = (int)input->dims[2];
    plan->width = (int)input->dims[3];
    return DN_OK;
}

static dn_status plan_files(const model_facts *m, infer_plan *plan)
{
    const infer_input *input = &plan->input;
    if (input->rank != 1 && !(input->rank == 2 && input->dims[1] == 1))
        return refuse_shape(input, m);
    DN_TRY(check_batch(input, m));
    plan->has_files = true;
    plan->batch = (int)input->dims[0];
    return DN_OK;
}

/* A body of just the size of the tensor is the tensor, any other a picture file. */
static void describe_raw(const model_facts *m, infer_input *raw)
{
    bool fixed = m->height > 0 && m->width > 0;
    size_t elements = fixed ? (size_t)m->channels * (size_t)m->height * (size_t)m->width : 0;
    raw->name = MODEL_INPUT;
    raw->dims[0] = 1;
    raw->rank = 1;
    raw->elements = 1;
    raw->type = TENSOR_BYTES;
    if (!fixed || raw->size != elements * sizeof(float))
        return;
    raw->rank = 4;
    raw->dims[1] = (size_t)m->channels;
    raw->dims[2] = (size_t)m->height;
    raw->dims[3] = (size_t)m->width;
    raw->elements = elements;
    raw->type = TENSOR_FP32;
}

static dn_status plan_outputs(const infer_request *request, const model_facts *m, infer_plan *plan)
{
    if (!request->output_count)
        plan->outputs[plan->output_count++] =
            (infer_output){.name = MODEL_OUTPUT, .binary = request->binary_output};
    for (int i = 0; i < request->output_count; i++) {
        const infer_output *wanted = &request->outputs[i];
        if (strcmp(wanted->name, MODEL_OUTPUT) != 0 &&
            strcmp(wanted->name, MODEL_PROBABILITIES) != 0)
            return dn_fail(DN_ERROR_MISMATCH,
                           "network '%s' has no output '%.100s'; it has '" MODEL_OUTPUT
                           "' and '" MODEL_PROBABILITIES "'",
                           m->name, wanted->name);
        plan->outputs[plan->output_count++] = *wanted; /* two at most, since names differ */
    }
    return DN_OK;
}

dn_status infer_plan_make(const infer_request *request, const model_facts *model, infer_plan *plan)
{
    const infer_input *input = &request->inputs[0];
    *plan = (infer_plan){.input = *input};
    if (request->input_count != 1)
        return dn_fail(DN_ERROR_MISMATCH, "network '%s' has one input, %d were sent", model->name,
                       request->input_count);
    if (input->form == TENSOR_RAW)
        describe_raw(model, &plan->input);
    else if (strcmp(input->name, MODEL_INPUT) != 0)
        return dn_fail(DN_ERROR_MISMATCH,
                       "network '%s' has no input '%.100s'; it has '" MODEL_INPUT "'", model->name,
                       input->name);
    DN_TRY(plan_outputs(request, model, plan));
    return plan->input.type == TENSOR_BYTES ? plan_files(model, plan) : plan_tensor(model, plan);
}
