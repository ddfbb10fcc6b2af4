/* SPDX-License-Identifier: MIT */
#include "loading/quantised.h"
#include "network/names.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "loading/quantised_parts.h"

static dn_status add_part(const char *weight, const char *part, const dn_output *output,
                          dn_add_output *add, void *context)
{
    char name[DN_TENSOR_NAME_SIZE + 32];
    const char *end = strrchr(weight, '.');
    snprintf(name, sizeof name, "%.*s%s", end ? (int)(end + 1 - weight) : 0, weight, part);
    return add(context, name, output);
}

static void to_whole(const dn_model *model, int node, float *whole)
{
    const dn_node *read = &model->quantisation->graph.nodes[node];
    const dn_node_quantisation *numbers = &model->quantisation->nodes[node];
    size_t area = (size_t)(dn_node_kernel(read) * dn_node_kernel(read));
    size_t count = area * (size_t)read->in;
    const float *weights = model->tensors[read->weight];
    for (size_t i = 0; i < count * (size_t)read->out; i++) {
        double unit = (double)numbers->input_scale[i % count / area];
        double value = (double)weights[i] * unit / (double)numbers->weight_scale[i / count];
        whole[i] = (float)fmin(fmax(nearbyint(value), -127), 127);
    }
}

dn_status dn_write_quantised(const dn_model *model, int node, const char *name, float *whole,
                             dn_add_output *add, void *context)
{
    const dn_node *read = &model->quantisation->graph.nodes[node];
    const dn_node_quantisation *numbers = &model->quantisation->nodes[node];
    int kernel = dn_node_kernel(read);
    dn_output weight = {.dtype = numbers->kept ? DN_F32 : DN_I8,
                        .rank = 4,
                        .shape = {read->out, read->in, kernel, kernel},
                        .data = numbers->kept ? model->tensors[read->weight] : whole};
    if (!numbers->kept)
        to_whole(model, node, whole);
    DN_TRY(add(context, name, &weight));
    for (int i = numbers->kept; i < DN_QUANTISED_VECTORS; i++) { /* the first is the weights' */
        const dn_quantised_part *part = &dn_quantised_vectors[i];
        dn_output output = {.dtype = DN_F32,
                            .rank = 1,
                            .shape = {part->per_channel ? read->in : read->out},
                            .data = dn_vector_of(numbers, part)};
        DN_TRY(add_part(name, part->name, &output, add, context));
    }
    dn_output zero = {.dtype = DN_F32, .rank = 1, .shape = {1}, .data = &numbers->input_zero};
    return add_part(name, DN_INPUT_ZERO, &zero, add, context);
}
