/* SPDX-License-Identifier: MIT */
#include "protocol/tensor_elements.h"

#include "base/memory.h"
#include "protocol/base64.h"
#include "protocol/json_tensor.h"

#include <stdlib.h>
#include <string.h>

static dn_status read_binary(const infer_input *input, tensor_elements *e)
{
    const unsigned char *at = input->data;
    size_t left = input->size;
    for (; e->count < input->elements; e->count++) {
        if (left < 4)
            break;
        size_t size =
            (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
        if (size > left - 4)
            break;
        e->list[e->count] = (tensor_element){at + 4, size};
        at += 4 + size;
        left -= 4 + size;
    }
    if (left || e->count < input->elements)
        return dn_fail(DN_ERROR_FORMAT,
                       "input '%.100s': the lengths of its %zu elements of BYTES do not add up to "
                       "its %zu bytes",
                       input->name, input->elements, input->size);
    return DN_OK;
}

/* The place after the string of JSON that begins here; NULL if none does. */
static const char *skip_string(const char *at, const char *end)
{
    if (at == end || *at != '"')
        return NULL;
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\' && end - at > 1)
            at++;
    return at < end ? at + 1 : NULL;
}

/* Adds what a string holds after the elements before it, which its text has room for. */
static dn_status read_string(json_tensor *r)
{
    tensor_elements *e = r->target;
    const tensor_element *before = e->count ? &e->list[e->count - 1] : NULL;
    unsigned char *place =
        e->owned + (before ? (size_t)(before->bytes - e->owned) + before->size : 0);
    const char *after = skip_string(r->at, r->end);
    json_error_t fault = {0};
    json_t *string =
        after ? json_loadb(r->at, (size_t)(after - r->at), JSON_DECODE_ANY | JSON_ALLOW_NUL, &fault)
              : NULL;
    if (!string)
        return dn_fail(DN_ERROR_FORMAT, "input '%.100s': element %zu is not a string",
                       r->input->name, r->index);
    size_t size = json_string_length(string);
    memcpy(place, json_string_value(string), size);
    json_decref(string);
    if (r->input->base64 && !base64_decode(place, &size))
        return dn_fail(DN_ERROR_FORMAT, "input '%.100s': element %zu is not Base64", r->input->name,
                       r->index);
    e->list[e->count++] = (tensor_element){place, size};
    r->at = after;
    return DN_OK;
}

static dn_status read_elements(const infer_input *input, tensor_elements *e)
{
    /* An element takes two quotes and a bracket or comma, or its length. */
    if (input->elements > input->size / 3)
        return dn_fail(
            DN_ERROR_FORMAT,
            "input '%.100s': its data have less than the %zu elements that its shape has",
            input->name, input->elements);
    DN_TRY(dn_calloc(input->elements, sizeof *e->list, &e->list));
    if (input->form == TENSOR_BINARY)
        return read_binary(input, e);
    DN_TRY(dn_calloc(input->size, 1, &e->owned));
    return json_tensor_read(input, e, read_string);
}

dn_status tensor_elements_read(const infer_input *input, tensor_elements *read)
{
    dn_status status;
    *read = (tensor_elements){0};
    if (input->form == TENSOR_RAW) {
        status = dn_calloc(1, sizeof *read->list, &read->list);
        if (status == DN_OK)
            read->list[read->count++] = (tensor_element){input->data, input->size};
    } else {
        status = read_elements(input, read);
    }
    if (status != DN_OK)
        tensor_elements_free(read);
    return status;
}

void tensor_elements_free(tensor_elements *read)
{
    free(read->list);
    free(read->owned);
    *read = (tensor_elements){0};
}
