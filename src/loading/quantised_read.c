/* SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "loading/metadata.h"
#include "loading/quantised.h"

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

/* The part `name` of the convolution whose weight has the name `weight`; NULL if there is none
 * of as many numbers. */
static const dn_tensor *find_part(const dn_quantised_tensors *taken, const char *weight,
                                  const char *name, size_t count)
{
    char whole[512];
    int stem = (int)(dn_last_component(weight) - weight);
    if ((size_t)snprintf(whole, sizeof whole, "%.*s%s", stem, weight, name) >= sizeof whole)
        return NULL;
    const dn_tensor wanted = {.name = whole};
    const dn_tensor *found = bsearch(&wanted, taken->tensors, taken->count, sizeof wanted, by_name);
    return found && found->count == count ? found : NULL;
}

static dn_status refuse_part(const dn_tensor_file *file, const char *weight, const char *what)
{
    return dn_fail(DN_ERROR_MISMATCH, "%s: the quantisation of \"%.200s\" %s", file->name, weight,
                   what);
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
    const dn_tensor *scale = find_part(taken, weight->name, "weight_scale", outputs);
    const dn_tensor *unit = find_part(taken, weight->name, "input_scale", channels);
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
        floats[i] = (float)(whole * (double)scales[output] / (double)units[channel]);
    }
    weight->dtype = DN_F32;
    weight->data = (const unsigned char *)floats;
    return DN_OK;
}

static bool is_whole_weight(const dn_tensor *tensor)
{
    return tensor->dtype == DN_I8 && tensor->rank == 4 && tensor->count > 0 &&
           strcmp(dn_last_component(tensor->name), "weight") == 0;
}

dn_status dn_dequantise(dn_tensor_file *file, dn_quantised_tensors *taken)
{
    *taken = (dn_quantised_tensors){0};
    taken->found = dn_metadata_text(file, DN_QUANTISATION_KEY) != NULL;
    if (!taken->found || !file->tensor_count)
        return DN_OK;
    DN_TRY(take_parts(file, taken));
    for (size_t i = 0; i < file->tensor_count; i++)
        if (is_whole_weight(&file->tensors[i]))
            DN_TRY(widen(file, taken, &file->tensors[i]));
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
        if (!isfinite(vector[i]) || (part->positive && vector[i] < 1e-30f))
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
        const dn_tensor *tensor = find_part(r->taken, weight, part->name, (size_t)count);
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
            return refuse_part(r->file, weight, "holds scales or offsets that are not possible");
    }
    return DN_OK;
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
    const dn_tensor *zero = find_part(r->taken, weight, DN_INPUT_ZERO, 1);
    float value;
    DN_TRY(read_vectors(r, number));
    if (!zero)
        return refuse_part(r->file, weight, "is not whole");
    dn_tensor_read(zero, &value);
    if (!(value >= 0 && value <= 255) || value != rintf(value))
        return refuse_part(r->file, weight, "has an input_zero that is not a byte");
    r->to->nodes[number].input_zero = value;
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
    free(model->precisions);
    model->precisions = NULL;
    DN_TRY(dn_copy_string(dn_metadata_text(file, DN_QUANTISATION_KEY), &model->precisions));
    snprintf(model->origin.dtype, sizeof model->origin.dtype, "int8");
    return DN_OK;
}
