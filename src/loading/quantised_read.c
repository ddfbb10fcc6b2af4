/* SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "loading/metadata.h"
#include "loading/quantised.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loading/quantised_parts.h"

/* ---- taking tensors out ---- */

static bool is_part(const dn_tensor *tensor)
{
    const char *name = dn_last_component(tensor->name);
    bool is = strcmp(name, DN_INPUT_ZERO) == 0;
    for (int i = 0; i < DN_QUANTISED_VECTORS && !is; i++)
        is = strcmp(name, dn_quantised_vectors[i].name) == 0;
    return is && tensor->dtype == DN_F32;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const dn_tensor *)a)->name, ((const dn_tensor *)b)->name);
}

/* The part `name` of the convolution whose weight has the name `weight`; NULL if there is none. */
static const dn_tensor *find_part(const dn_quantised_tensors *taken, const char *weight,
                                  const char *name)
{
    char whole[512];
    int stem = (int)(dn_last_component(weight) - weight);
    if ((size_t)snprintf(whole, sizeof whole, "%.*s%s", stem, weight, name) >= sizeof whole)
        return NULL;
    const dn_tensor wanted = {.name = whole};
    return bsearch(&wanted, taken->tensors, taken->count, sizeof wanted, by_name);
}

/* The same; NULL if it is not of as many numbers. */
static const dn_tensor *find_numbers(const dn_quantised_tensors *taken, const char *weight,
                                     const char *name, size_t count)
{
    const dn_tensor *found = find_part(taken, weight, name);
    return found && found->count == count ? found : NULL;
}

static dn_status refuse_part(const dn_tensor_file *file, const char *weight, const char *what)
{
    return dn_fail(DN_ERROR_MISMATCH, "%s: the quantisation of \"%.200s\" %s", file->name, weight,
                   what);
}

static dn_status refuse_numbers(const dn_tensor_file *file, const char *weight)
{
    return refuse_part(file, weight, "holds weights, scales or offsets that are not possible");
}

static dn_status take_parts(dn_tensor_file *file, dn_quantised_tensors *taken)
{
    size_t kept = 0;
    DN_TRY(dn_pool_alloc(&file->pool, file->tensor_count, sizeof *taken->tensors, &taken->tensors));
    for (size_t i = 0; i < file->tensor_count; i++)
        if (is_part(&file->tensors[i]))
            taken->tensors[taken->count++] = file->tensors[i];
        else
            file->tensors[kept++] = file->tensors[i];
    file->tensor_count = kept;
    if (taken->count)
        qsort(taken->tensors, taken->count, sizeof *taken->tensors, by_name);
    return DN_OK;
}

/* A whole number times its output's scale, divided by its channel's. */
static dn_status widen(dn_tensor_file *file, const dn_quantised_tensors *taken, dn_tensor *weight)
{
    size_t outputs = (size_t)weight->shape[0], channels = (size_t)weight->shape[1];
    const dn_tensor *scale = find_numbers(taken, weight->name, "weight_scale", outputs);
    const dn_tensor *unit = find_numbers(taken, weight->name, "input_scale", channels);
    if (!scale || !unit || !dn_tensor_is_packed(weight))
        return refuse_part(file, weight->name, "is not whole");
    float *floats, *scales, *units;
    DN_TRY(dn_pool_alloc(&file->pool, weight->count, sizeof *floats, &floats));
    DN_TRY(dn_pool_alloc(&file->pool, outputs, sizeof *scales, &scales));
    DN_TRY(dn_pool_alloc(&file->pool, channels, sizeof *units, &units));
    dn_tensor_read(scale, scales);
    dn_tensor_read(unit, units);
    size_t area = weight->count / (outputs * channels);
    for (size_t i = 0; i < weight->count; i++) {
        double whole = (double)(int8_t)weight->data[i];
        size_t output = i / (channels * area), channel = i / area % channels;
        double value = whole * (double)scales[output] / (double)units[channel];
        if (whole < -127 || !(fabs(value) <= (double)FLT_MAX))
            return refuse_numbers(file, weight->name);
        floats[i] = (float)value;
    }
    weight->dtype = DN_F32;
    weight->data = (const unsigned char *)floats;
    return DN_OK;
}

static dn_status take_weight(dn_tensor_file *file, const dn_quantised_tensors *taken,
                             dn_tensor *tensor)
{
    if (tensor->rank != 4 || !tensor->count ||
        strcmp(dn_last_component(tensor->name), "weight") != 0)
        return DN_OK;
    if (tensor->dtype == DN_I8)
        return widen(file, taken, tensor);
    return find_part(taken, tensor->name, "weight_scale")
               ? refuse_part(file, tensor->name, "has a weight_scale, and its weight is of floats")
               : DN_OK;
}

dn_status dn_dequantise(dn_tensor_file *file, dn_quantised_tensors *taken)
{
    *taken = (dn_quantised_tensors){0};
    taken->found = dn_metadata_text(file, DN_QUANTISATION_KEY) != NULL;
    if (!taken->found || !file->tensor_count)
        return DN_OK;
    DN_TRY(take_parts(file, taken));
    for (size_t i = 0; i < file->tensor_count; i++)
        DN_TRY(take_weight(file, taken, &file->tensors[i]));
    return DN_OK;
}

/* ---- what they say ---- */

typedef struct reading {
    const dn_tensor_file *file;
    const dn_quantised_tensors *taken;
    const dn_model *model;
    dn_quantisation *to;
} reading;

static bool is_possible(const dn_quantised_part *part, const float *vector, int count)
{
    for (int i = 0; i < count; i++)
        if (!isfinite(vector[i]) || (part->positive && vector[i] < DN_LEAST_SCALE))
            return false;
    return true;
}

static dn_status read_vectors(const reading *r, int number)
{
    const dn_node *node = &r->to->graph.nodes[number];
    const char *weight = r->model->names[node->weight];
    for (int i = 0; i < DN_QUANTISED_VECTORS; i++) {
        const dn_quantised_part *part = &dn_quantised_vectors[i];
        int count = part->per_channel ? node->in : node->out;
        const dn_tensor *tensor = find_numbers(r->taken, weight, part->name, (size_t)count);
        float *vector = dn_vector_of(&r->to->nodes[number], part);
        if (!tensor && strcmp(part->name, "weight_scale") == 0) { /* multiplies floats */
            r->to->nodes[number].kept = true;
            for (int n = 0; n < count; n++)
                vector[n] = 1;
            continue;
        }
        if (!tensor)
            return refuse_part(r->file, weight, "is not whole");
        dn_tensor_read(tensor, vector);
        if (!is_possible(part, vector, count))
            return refuse_numbers(r->file, weight);
    }
    return DN_OK;
}

/* Bytes of activated maps begin at 0. */
static bool fits_target(const reading *r, int number)
{
    const dn_node *node = &r->to->graph.nodes[number];
    bool fits = true;
    for (int n = 0; n < node->out && dn_is_activated(&r->to->graph.maps[node->target]); n++)
        fits = fits && r->to->nodes[number].offset[n] == 0;
    return fits;
}

static bool is_one_scale(const float *scale, int channels)
{
    for (int c = 1; c < channels; c++)
        if (scale[c] != scale[0])
            return false;
    return true;
}

/* Pictures have one scale, and only they and linear maps have bytes for numbers below 0. Of
 * activated maps, what a convolution makes is what the next reads. */
static bool fits_source(const reading *r, int number)
{
    const dn_node *node = &r->to->graph.nodes[number];
    const dn_node_quantisation *numbers = &r->to->nodes[number];
    if (node->source == DN_NONE)
        return is_one_scale(numbers->input_scale, node->in);
    if (!dn_is_activated(&r->to->graph.maps[node->source]))
        return node->linear || numbers->input_zero == 0;
    const dn_node_quantisation *from = &r->to->nodes[r->to->graph.maps[node->source].first_writer];
    return numbers->input_zero == 0 &&
           memcmp(numbers->input_scale, from->scale, (size_t)node->in * sizeof(float)) == 0;
}

static dn_status read_node(const reading *r, int number)
{
    const dn_node *node = &r->to->graph.nodes[number];
    const char *weight = r->model->names[node->weight];
    const dn_tensor *zero = find_numbers(r->taken, weight, DN_INPUT_ZERO, 1);
    float value;
    DN_TRY(read_vectors(r, number));
    if (!zero)
        return refuse_part(r->file, weight, "is not whole");
    dn_tensor_read(zero, &value);
    if (!(value >= 0 && value <= 255) || value != rintf(value))
        return refuse_part(r->file, weight, "has an input_zero that is not a byte");
    r->to->nodes[number].input_zero = value;
    if (!fits_target(r, number))
        return refuse_part(r->file, weight, "has an output_offset before a ReLU that is not 0");
    return fits_source(r, number)
               ? DN_OK
               : refuse_part(r->file, weight, "does not fit the maps or pictures that it reads");
}

static dn_status read_nodes(const reading *r)
{
    for (int i = 0; i < r->to->graph.pool_node; i++)
        if (dn_is_quantised(&r->to->graph.nodes[i]))
            DN_TRY(read_node(r, i));
    return DN_OK;
}

dn_status dn_read_quantisation(const dn_tensor_file *file, const dn_quantised_tensors *taken,
                               dn_model *model)
{
    reading r = {file, taken, model, NULL};
    if (!taken->found)
        return DN_OK;
    DN_TRY(dn_quantisation_create(&model->arch, &r.to));
    dn_status status = read_nodes(&r);
    if (status != DN_OK) {
        dn_quantisation_free(r.to);
        return status;
    }
    model->quantisation = r.to;
    snprintf(model->origin.dtype, sizeof model->origin.dtype, "int8");
    return DN_OK;
}
