/* SPDX-License-Identifier: MIT */
#include "protocol/json_tensor.h"

#include <string.h>

static void skip_space(json_tensor *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
        r->at++;
}

/* Passes one character, and space around it. */
static bool pass(json_tensor *r, char expected)
{
    skip_space(r);
    if (r->at == r->end || *r->at != expected)
        return false;
    r->at++;
    skip_space(r);
    return true;
}

static dn_status refuse_shape(const json_tensor *r)
{
    return dn_fail(
        DN_ERROR_FORMAT,
        "input '%.100s': \"data\" is neither a flat array of %zu elements nor one nested "
        "as the shape says",
        r->input->name, r->input->elements);
}

static dn_status read_level(json_tensor *r, const size_t *dims, int rank)
{
    if (!pass(r, '['))
        return refuse_shape(r);
    for (size_t i = 0; i < dims[0]; i++) {
        if (i && !pass(r, ','))
            return refuse_shape(r);
        if (rank > 1)
            DN_TRY(read_level(r, dims + 1, rank - 1));
        else if (r->at == r->end || *r->at == '[' || *r->at == ']')
            return refuse_shape(r);
        else
            DN_TRY(r->element(r));
        r->index += rank == 1;
    }
    return pass(r, ']') ? DN_OK : refuse_shape(r);
}

static bool is_nested(const json_tensor *at_start)
{
    json_tensor r = *at_start;
    return pass(&r, '[') && r.at < r.end && *r.at == '[';
}

dn_status json_tensor_read(const infer_input *input, void *target,
                           dn_status (*element)(json_tensor *reader))
{
    const char *text = (const char *)input->data;
    json_tensor r = {text, text + input->size, input, 0, element, target};
    if (is_nested(&r))
        DN_TRY(read_level(&r, input->dims, input->rank));
    else
        DN_TRY(read_level(&r, &input->elements, 1));
    return r.at == r.end ? DN_OK : refuse_shape(&r);
}
