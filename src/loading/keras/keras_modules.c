/* SPDX-License-Identifier: MIT */
/* A configuration's layers as the modules of PyTorch that compute the same, so that what is known
 * of those holds of these: "conv1_relu.__class__". A layer that has none keeps its own class,
 * which no network of this family has. */
#include "loading/keras/keras.h"
#include "loading/keras/keras_translation.h"

#include <string.h>

/* -------------------------------------------------------------------- layers */

static dn_status be_model(dn_keras_translation *t)
{
    return t->layer->chain ? dn_keras_be(t, "container.Sequential") : dn_keras_be_itself(t);
}

static dn_status be_convolution(dn_keras_translation *t)
{
    DN_TRY(dn_keras_be(t, "conv.Conv2d"));
    DN_TRY(dn_keras_copy_pair(t, "strides", "stride", 1));
    DN_TRY(dn_keras_copy_pair(t, "dilation_rate", "dilation", 1));
    DN_TRY(dn_keras_add_number(t, "groups", dn_keras_number(t, "groups", 1)));
    t->activation = dn_keras_text(t, "activation");
    return dn_keras_add_padding(
        t, dn_keras_first(t, "kernel_size") == 1 ? 1 : dn_keras_first(t, "strides"));
}

static dn_status be_norm(dn_keras_translation *t)
{
    DN_TRY(dn_keras_be(t, "batchnorm.BatchNorm2d"));
    return dn_keras_add_number(t, "eps", dn_keras_number(t, "epsilon", 1e-3));
}

static dn_status be_linear(dn_keras_translation *t)
{
    t->activation = dn_keras_text(t, "activation");
    return dn_keras_be(t, "linear.Linear");
}

static dn_status be_pool(dn_keras_translation *t, const char *class)
{
    DN_TRY(dn_keras_be(t, class));
    DN_TRY(dn_keras_copy_pair(t, "pool_size", "kernel_size", 2));
    bool said = json_is_array(json_object_get(t->layer->config, "strides")) ||
                json_is_number(json_object_get(t->layer->config, "strides"));
    DN_TRY(dn_keras_copy_pair(t, said ? "strides" : "pool_size", "stride", 2));
    return dn_keras_add_padding(t, 2);
}

static dn_status be_max_pool(dn_keras_translation *t)
{
    return be_pool(t, "pooling.MaxPool2d");
}

static dn_status be_mean_pool(dn_keras_translation *t)
{
    return be_pool(t, "pooling.AvgPool2d");
}

static dn_status be_mean(dn_keras_translation *t)
{
    DN_TRY(dn_keras_be(t, "pooling.AdaptiveAvgPool2d"));
    return dn_keras_add_number(t, "output_size", 1);
}

static dn_status be_maximum(dn_keras_translation *t)
{
    DN_TRY(dn_keras_be(t, "pooling.AdaptiveMaxPool2d"));
    return dn_keras_add_number(t, "output_size", 1);
}

static dn_status be_dropout(dn_keras_translation *t)
{
    return dn_keras_be(t, "dropout.Dropout");
}

static dn_status be_nothing(dn_keras_translation *t)
{
    return dn_keras_be(t, "linear.Identity");
}

static dn_status be_flatten(dn_keras_translation *t)
{
    return dn_keras_be(t, "flatten.Flatten");
}

static dn_status be_absent(dn_keras_translation *t)
{
    t->next_padding = t->padding;
    return DN_OK;
}

/* ((3, 3), (3, 3)), (3, 3) or 3 */
static bool is_all(const json_t *json, double number)
{
    size_t i;
    json_t *item;
    if (!json_is_array(json))
        return json_is_number(json) && json_number_value(json) == number;
    json_array_foreach(json, i,
                       item) if (json_is_array(item)
                                     ? json_array_size(item) != 2 ||
                                           json_number_value(json_array_get(item, 0)) != number ||
                                           json_number_value(json_array_get(item, 1)) != number
                                     : json_number_value(item) != number) return false;
    return true;
}

static dn_status be_padding(dn_keras_translation *t)
{
    const json_t *given = json_object_get(t->layer->config, "padding"), *first = given;
    while (json_is_array(first))
        first = json_array_get(first, 0);
    double zeros = json_number_value(first);
    t->next_padding = is_all(given, zeros) && t->padding == 0 ? zeros : -1;
    return DN_OK;
}

static dn_status be_activation(dn_keras_translation *t)
{
    t->activation = dn_keras_text(t, "activation");
    return DN_OK;
}

static dn_status be_relu(dn_keras_translation *t)
{
    const json_t *most = json_object_get(t->layer->config, "max_value");
    bool plain = (!most || json_is_null(most)) && dn_keras_number(t, "negative_slope", 0) == 0 &&
                 dn_keras_number(t, "threshold", 0) == 0;
    return plain ? dn_keras_be(t, "activation.ReLU") : dn_keras_be_itself(t);
}

/* Arithmetic before the network. */
static dn_status be_arithmetic(dn_keras_translation *t)
{
    double scale[3], offset[3];
    dn_keras_pictures *p = t->pictures;
    if (p->over || !dn_keras_is_affine(t->layer, scale, offset))
        return dn_keras_be_itself(t);
    for (int c = 0; c < 3; c++) {
        p->scale[c] *= scale[c];
        p->offset[c] = p->offset[c] * scale[c] + offset[c];
    }
    p->changed = true;
    return be_nothing(t);
}

static const struct {
    const char *class;
    dn_status (*be)(dn_keras_translation *t);
} classes[] = {
    {"Functional", be_model},
    {"Model", be_model},
    {"Sequential", be_model},
    {"InputLayer", be_absent},
    {"Concatenate", be_absent},
    {"ZeroPadding2D", be_padding},
    {"Conv2D", be_convolution},
    {"BatchNormalization", be_norm},
    {"Dense", be_linear},
    {"Activation", be_activation},
    {"ReLU", be_relu},
    {"MaxPooling2D", be_max_pool},
    {"AveragePooling2D", be_mean_pool},
    {"GlobalAveragePooling2D", be_mean},
    {"GlobalMaxPooling2D", be_maximum},
    {"Flatten", be_flatten},
    {"Dropout", be_dropout},
    {"SpatialDropout2D", be_dropout},
    {"AlphaDropout", be_dropout},
    {"GaussianDropout", be_dropout},
    {"GaussianNoise", be_dropout},
    {"ActivityRegularization", be_nothing},
    {"RandomFlip", be_nothing},
    {"RandomRotation", be_nothing},
    {"RandomZoom", be_nothing},
    {"RandomTranslation", be_nothing},
    {"RandomContrast", be_nothing},
    {"RandomBrightness", be_nothing},
    {"Rescaling", be_arithmetic},
    {"TFOpLambda", be_arithmetic},
    {"TrueDivide", be_arithmetic},
    {"Divide", be_arithmetic},
    {"Multiply", be_arithmetic},
    {"Add", be_arithmetic},
    {"Subtract", be_arithmetic},
};

/* What a layer does to its own outputs, as a module after it. */
static dn_status add_activation(const dn_keras_translation *t)
{
    static const struct {
        const char *name, *class;
    } known[] = {{"relu", "activation.ReLU"},
                 {"sigmoid", "activation.Sigmoid"},
                 {"softmax", "activation.Softmax"},
                 {"linear", "linear.Identity"}};
    bool own = strcmp(t->layer->class, "Activation") == 0;
    const char *ending = own ? "__class__" : "/activation.__class__";
    if (!t->activation || !*t->activation || (!own && strcmp(t->activation, "linear") == 0))
        return DN_OK;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, t->activation) == 0)
            return dn_keras_add_class(t, ending, "torch.nn.modules", known[i].class);
    return dn_keras_add_class(t, ending, "keras.activations", t->activation);
}

/* Whether zeros that were put around its maps stay known for what they are. */
static bool takes_padding(dn_status (*translate)(dn_keras_translation *))
{
    return translate == be_convolution || translate == be_max_pool || translate == be_mean_pool ||
           translate == be_padding || translate == be_absent;
}

static dn_status translate(dn_keras_translation *t)
{
    dn_status (*known)(dn_keras_translation *) = NULL;
    for (size_t c = 0; c < sizeof classes / sizeof *classes; c++)
        if (strcmp(classes[c].class, t->layer->class) == 0)
            known = classes[c].be;
    t->pictures->over |= known == be_convolution || known == be_norm || known == be_linear;
    return !known || (t->padding != 0 && !takes_padding(known)) ? dn_keras_be_itself(t) : known(t);
}

static dn_status add_pictures(const dn_keras_layers *layers, const dn_keras_pictures *p)
{
    dn_keras_translation whole = {.file = layers->file, .layer = &(dn_keras_layer){.path = ""}};
    double numbers[6];
    memcpy(numbers, p->scale, sizeof p->scale);
    memcpy(numbers + 3, p->offset, sizeof p->offset);
    return p->changed ? dn_keras_add_numbers(&whole, DN_KERAS_RESCALING, numbers, 6) : DN_OK;
}

dn_status dn_keras_add_modules(const dn_keras_layers *layers)
{
    dn_keras_pictures begin = {.scale = {1, 1, 1}};
    double padding = 0;
    for (size_t i = 0; i < layers->count; i++) {
        dn_keras_translation t = {.file = layers->file,
                                  .layer = &layers->items[i],
                                  .padding = padding,
                                  .pictures = &begin};
        DN_TRY(translate(&t));
        DN_TRY(add_activation(&t));
        padding = t.next_padding;
    }
    DN_TRY(add_pictures(layers, &begin));
    if ((layers->first > 0) == (layers->last > 0))
        return DN_OK;
    return dn_tensor_file_add_text(layers->file, DN_KERAS_CONCAT, layers->first ? "first" : "last");
}
