/* SPDX-License-Identifier: MIT */
#include "protocol/infer_request.h"

#include "protocol/request_fields.h"

#include <string.h>

static dn_status read_header_length(const char *header, size_t size, size_t *length)
{
    *length = size;
    if (!header)
        return DN_OK;
    size_t number = 0;
    for (const char *at = header; *at; at++) {
        if (*at < '0' || *at > '9' || number > size)
            return dn_fail(DN_ERROR_FORMAT,
                           "Inference-Header-Content-Length is \"%.40s\"; a number of bytes up to "
                           "the body's %zu is needed",
                           header, size);
        number = 10 * number + (size_t)(*at - '0');
    }
    if (!header[0] || number > size)
        return dn_fail(DN_ERROR_FORMAT,
                       "Inference-Header-Content-Length is \"%.40s\", and the body has %zu bytes",
                       header, size);
    *length = number;
    return DN_OK;
}

/* Parameters of other names are ignored, as by other servers. */
static dn_status read_parameters(const json_t *json, infer_request *r)
{
    const json_t *parameters;
    json_int_t timeout = 0;
    DN_TRY(field_parameters(json, "the request", &parameters));
    DN_TRY(field_count(parameters, "timeout", "the request", &timeout));
    r->timeout_us = (uint64_t)timeout;
    return field_flag(parameters, "binary_data_output", "the request", &r->binary_output);
}

static dn_status read_output(const json_t *json, int index, infer_request *r)
{
    char what[32];
    const json_t *parameters;
    json_int_t top = 0;
    infer_output *output = &r->outputs[index];
    snprintf(what, sizeof what, "outputs[%d]", index);
    output->binary = r->binary_output;
    DN_TRY(field_name(json, what, &output->name));
    DN_TRY(field_parameters(json, what, &parameters));
    DN_TRY(field_count(parameters, "classification", what, &top));
    DN_TRY(field_flag(parameters, "binary_data", what, &output->binary));
    output->top = (size_t)top;
    for (int i = 0; i < index; i++)
        if (strcmp(r->outputs[i].name, output->name) == 0)
            return dn_fail(DN_ERROR_FORMAT, "output '%.100s' is asked for twice", output->name);
    return DN_OK;
}

static dn_status read_outputs(const json_t *json, infer_request *r)
{
    json_t *outputs = json_object_get(json, "outputs");
    if (!outputs)
        return DN_OK;
    if (!json_is_array(outputs) || json_array_size(outputs) > INFER_MOST_OUTPUTS)
        return dn_fail(DN_ERROR_FORMAT, "\"outputs\" must be an array of at most %d outputs",
                       INFER_MOST_OUTPUTS);
    for (; r->output_count < (int)json_array_size(outputs); r->output_count++)
        DN_TRY(read_output(json_array_get(outputs, (size_t)r->output_count), r->output_count, r));
    return DN_OK;
}

static dn_status read_inputs(const json_t *json, request_rest *rest, infer_request *r)
{
    json_t *inputs = json_object_get(json, "inputs");
    if (!json_is_array(inputs) || !json_array_size(inputs))
        return dn_fail(DN_ERROR_FORMAT, "the request has no \"inputs\"");
    for (; r->input_count < (int)json_array_size(inputs); r->input_count++) {
        infer_input *input = &r->inputs[r->input_count];
        input->data = (const unsigned char *)r->skeleton.data[r->input_count].text;
        input->size = r->skeleton.data[r->input_count].size;
        DN_TRY(field_input(json_array_get(inputs, (size_t)r->input_count), r->input_count, rest,
                           input));
        for (int i = 0; i < r->input_count; i++)
            if (strcmp(r->inputs[i].name, input->name) == 0)
                return dn_fail(DN_ERROR_FORMAT, "input '%.100s' is there twice", input->name);
    }
    if (rest->size)
        return dn_fail(DN_ERROR_FORMAT, "%zu bytes follow the last input's binary data",
                       rest->size);
    return DN_OK;
}

static dn_status read_json(const char *text, size_t length, request_rest *rest, infer_request *r)
{
    DN_TRY(skeleton_read(text, length, &r->skeleton));
    const json_t *json = r->skeleton.json, *id = json_object_get(json, "id");
    if (id && !json_is_string(id))
        return dn_fail(DN_ERROR_FORMAT, "\"id\" must be a string");
    r->id = id && json_string_length(id) ? json_string_value(id) : NULL;
    DN_TRY(read_parameters(json, r));
    DN_TRY(read_outputs(json, r));
    return read_inputs(json, rest, r);
}

dn_status infer_request_read(const void *body, size_t size, const char *header_length,
                             infer_request *read)
{
    size_t length;
    *read = (infer_request){0};
    DN_TRY(read_header_length(header_length, size, &length));
    if (!header_length || length) {
        request_rest rest = {(const unsigned char *)body + length, size - length};
        dn_status status = read_json(body, length, &rest, read);
        if (status != DN_OK)
            infer_request_free(read);
        return status;
    }
    read->binary_output = true;
    read->input_count = 1;
    read->inputs[0] = (infer_input){.name = "", .form = TENSOR_RAW, .data = body, .size = size};
    return DN_OK;
}

void infer_request_free(infer_request *read)
{
    skeleton_free(&read->skeleton);
    *read = (infer_request){0};
}
