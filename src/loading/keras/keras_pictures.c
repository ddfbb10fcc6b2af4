/* SPDX-License-Identifier: MIT */
/* What a Keras model does to pictures: a Rescaling layer, or keras.applications' preprocess_input,
 * which leaves a layer for each of its operations. */
#include "loading/keras/keras.h"
#include "loading/keras/keras_layers.h"

#include <math.h>
#include <string.h>

/* One number for all channels or one for each, in any lists around them. */
static bool read_numbers(const json_t *json, double numbers[3])
{
    while (json_is_array(json) && json_array_size(json) == 1)
        json = json_array_get(json, 0);
    for (size_t i = 0; i < 3; i++) {
        const json_t *number = json_is_array(json) ? json_array_get(json, i) : json;
        if (!json_is_number(number) || (json_is_array(json) && json_array_size(json) != 3))
            return false;
        numbers[i] = json_number_value(number);
    }
    return true;
}

/* Keras 3 has it among the arguments, Keras 2 beside the reference to what is read. */
static bool read_constant(const dn_keras_layer *layer, double numbers[3])
{
    const json_t *node = json_array_get(layer->nodes, 0);
    const json_t *given = json_array_get(json_object_get(node, "args"), 1);
    while (json_is_array(json_array_get(node, 0)))
        node = json_array_get(node, 0);
    const json_t *named = json_array_get(node, 3);
    if (json_is_object(given))
        given = json_object_get(json_object_get(given, "config"), "value");
    if (!given)
        given = json_object_get(named, "y");
    if (!given)
        given = json_object_get(named, "bias");
    return read_numbers(given, numbers);
}

typedef enum operation { DIVIDE, MULTIPLY, ADD, SUBTRACT, RESCALE } operation;

static const struct {
    const char *name;
    operation operation;
} operations[] = {
    {"Rescaling", RESCALE},
    {"TrueDivide", DIVIDE},
    {"Divide", DIVIDE},
    {"Multiply", MULTIPLY},
    {"Add", ADD},
    {"Subtract", SUBTRACT},
    {"math.truediv", DIVIDE},
    {"math.divide", DIVIDE},
    {"math.multiply", MULTIPLY},
    {"math.add", ADD},
    {"math.subtract", SUBTRACT},
    {"nn.bias_add", ADD},
    {"__operators__.add", ADD},
};

static bool find_factors(const dn_keras_layer *layer, double scale[3], double offset[3])
{
    const char *function = json_string_value(json_object_get(layer->config, "function"));
    const char *name = function ? function : layer->class;
    size_t i = 0;
    while (i < sizeof operations / sizeof *operations && strcmp(operations[i].name, name) != 0)
        i++;
    if (i == sizeof operations / sizeof *operations)
        return false;
    operation done = operations[i].operation;
    if (done == RESCALE)
        return read_numbers(json_object_get(layer->config, "scale"), scale) &&
               read_numbers(json_object_get(layer->config, "offset"), offset);
    double numbers[3];
    if (!read_constant(layer, numbers))
        return false;
    for (int c = 0; c < 3; c++) {
        scale[c] = done == DIVIDE ? 1 / numbers[c] : done == MULTIPLY ? numbers[c] : 1;
        offset[c] = done == ADD ? numbers[c] : done == SUBTRACT ? -numbers[c] : 0;
    }
    return true;
}

bool dn_keras_is_affine(const dn_keras_layer *layer, double scale[3], double offset[3])
{
    bool sound = find_factors(layer, scale, offset);
    for (int c = 0; c < 3 && sound; c++)
        sound = scale[c] > 0 && isfinite(scale[c]) && isfinite(offset[c]);
    return sound;
}

void dn_keras_read_pipeline(const dn_tensor_file *file, dn_model *model)
{
    const dn_value *value = dn_tensor_file_value(file, DN_KERAS_RESCALING);
    dn_preprocess pipeline;
    if (!value || !value->numbers || value->count != 6)
        return;
    dn_model_preprocess(model, &pipeline);
    for (int c = 0; c < 3; c++) {
        double scale = 255 * value->numbers[c], offset = value->numbers[3 + c];
        pipeline.std[c] = (float)(1 / scale);
        pipeline.mean[c] = (float)(0 - offset / scale); /* no -0 */
        if (!(pipeline.std[c] > 0) || !isfinite(pipeline.std[c]) || !isfinite(pipeline.mean[c]))
            return;
    }
    dn_model_set_preprocess(model, &pipeline);
}
