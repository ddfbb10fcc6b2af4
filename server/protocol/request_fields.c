/* SPDX-License-Identifier: MIT */
#include "protocol/request_fields.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

dn_status field_name(const json_t *json, const char *what, const char **name)
{
    *name = json_string_value(json_object_get(json, "name"));
    if (!json_is_object(json))
        return dn_fail(DN_ERROR_FORMAT, "%s is not an object", what);
    if (!*name || !(*name)[0])
        return dn_fail(DN_ERROR_FORMAT, "%s has no \"name\"", what);
    return DN_OK;
}

dn_status field_parameters(const json_t *json, const char *what, const json_t **parameters)
{
    const char *key;
    json_t *value;
    *parameters = json_object_get(json, "parameters");
    if (!*parameters)
        return DN_OK;
    if (!json_is_object(*parameters))
        return dn_fail(DN_ERROR_FORMAT, "%s: \"parameters\" is not an object", what);
    json_object_foreach((json_t *)*parameters, key, value)
    {
        if (strcmp(key, "shared_memory_region") == 0)
            return dn_fail(DN_ERROR_FORMAT, "%s: shared memory is not supported", what);
        if (strncmp(key, "triton_", strlen("triton_")) == 0)
            return dn_fail(DN_ERROR_FORMAT,
                           "%s: parameter \"%.60s\": names that begin with "
                           "\"triton_\" are reserved",
                           what, key);
    }
    return DN_OK;
}

dn_status field_count(const json_t *parameters, const char *key, const char *what,
                      json_int_t *value)
{
    const json_t *found = json_object_get(parameters, key);
    if (!found)
        return DN_OK;
    if (!json_is_integer(found) || json_integer_value(found) < 0)
        return dn_fail(DN_ERROR_FORMAT, "%s: \"%s\" must be a whole number, 0 or more", what, key);
    *value = json_integer_value(found);
    return DN_OK;
}

dn_status field_flag(const json_t *parameters, const char *key, const char *what, bool *value)
{
    const json_t *found = json_object_get(parameters, key);
    if (!found)
        return DN_OK;
    if (!json_is_boolean(found))
        return dn_fail(DN_ERROR_FORMAT, "%s: \"%s\" must be true or false", what, key);
    *value = json_is_true(found);
    return DN_OK;
}

static dn_status read_type(const json_t *json, infer_input *input)
{
    const char *name = json_string_value(json_object_get(json, "datatype"));
    if (!name)
        return dn_fail(DN_ERROR_FORMAT, "input '%.100s' has no \"datatype\"", input->name);
    if (!tensor_type_find(name, &input->type))
        return dn_fail(DN_ERROR_FORMAT, "input '%.100s': there is no datatype \"%.40s\"",
                       input->name, name);
    return DN_OK;
}

static dn_status read_shape(const json_t *json, infer_input *input)
{
    const json_t *shape = json_object_get(json, "shape");
    size_t rank = json_array_size(shape);
    if (!json_is_array(shape) || rank > TENSOR_MOST_DIMS)
        return dn_fail(DN_ERROR_FORMAT,
                       "input '%.100s': \"shape\" must be an array of at most %d numbers",
                       input->name, TENSOR_MOST_DIMS);
    input->rank = (int)rank;
    input->elements = 1;
    for (size_t i = 0; i < rank; i++) {
        const json_t *dim = json_array_get(shape, i);
        if (!json_is_integer(dim) || json_integer_value(dim) < 0)
            return dn_fail(DN_ERROR_FORMAT,
                           "input '%.100s': \"shape\" must be of whole numbers, 0 or more",
                           input->name);
        input->dims[i] = (size_t)json_integer_value(dim);
        if (!dn_multiply(input->elements, input->dims[i], &input->elements))
            return dn_fail(DN_ERROR_LIMIT, "input '%.100s': its shape has too many elements",
                           input->name);
    }
    return DN_OK;
}

/* Of BYTES the shape says how many lengths there are. */
static dn_status check_size(const infer_input *input)
{
    size_t expected, element = tensor_type_size(input->type);
    bool sound = dn_multiply(input->elements, element ? element : 4, &expected);
    if (!sound || (element ? input->size != expected : input->size < expected))
        return dn_fail(DN_ERROR_FORMAT,
                       "input '%.100s': its shape has %zu elements of %s, which are not %zu bytes",
                       input->name, input->elements, tensor_type_name(input->type), input->size);
    return DN_OK;
}

static dn_status take_binary(json_int_t size, request_rest *rest, infer_input *input)
{
    if ((uintmax_t)size > rest->size)
        return dn_fail(DN_ERROR_FORMAT,
                       "input '%.100s': \"binary_data_size\" is %lld, and %zu bytes of the body are"
                       " left for it",
                       input->name, (long long)size, rest->size);
    input->form = TENSOR_BINARY;
    input->data = rest->data;
    input->size = (size_t)size;
    rest->data += input->size;
    rest->size -= input->size;
    return check_size(input);
}

static dn_status find_data(const json_t *json, const json_t *parameters, request_rest *rest,
                           infer_input *input)
{
    json_int_t size = -1;
    const char *content = json_string_value(json_object_get(parameters, "content_type"));
    bool has_array = json_object_get(json, "data");
    DN_TRY(field_count(parameters, "binary_data_size", input->name, &size));
    if (has_array == (size >= 0))
        return dn_fail(DN_ERROR_FORMAT,
                       "input '%.100s' needs \"data\", or \"binary_data_size\" among its "
                       "parameters, and not both",
                       input->name);
    if (!has_array)
        return take_binary(size, rest, input);
    if (!input->data)
        return dn_fail(DN_ERROR_FORMAT, "input '%.100s': \"data\" is not an array", input->name);
    input->base64 = content && strcmp(content, "base64") == 0;
    return DN_OK;
}

dn_status field_input(const json_t *json, int index, request_rest *rest, infer_input *input)
{
    char what[32];
    const json_t *parameters;
    snprintf(what, sizeof what, "inputs[%d]", index);
    DN_TRY(field_name(json, what, &input->name));
    DN_TRY(field_parameters(json, what, &parameters));
    DN_TRY(read_type(json, input));
    DN_TRY(read_shape(json, input));
    return find_data(json, parameters, rest, input);
}
