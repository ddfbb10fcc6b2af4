/* SPDX-License-Identifier: MIT */
/* configs/metadata.json of a MONAI bundle: in network_data_format, inputs.image has num_channels,
 * spatial_shape and value_range, outputs.pred has the labels in channel_def. */
#include "loading/hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void doubt(dn_hub_doubt *about, const char *what)
{
    snprintf(about->text, sizeof about->text, "the bundle's metadata.json %s", what);
}

/* network_data_format.GROUP, and the one entry of it that a network of one input or output has. */
static const json_t *only_entry(const json_t *metadata, const char *group, const char *usual)
{
    const json_t *entries =
        json_object_get(json_object_get(metadata, "network_data_format"), group);
    const json_t *entry = json_object_get(entries, usual);
    void *first = json_object_iter((json_t *)entries);
    if (!entry && json_object_size(entries) == 1 && first)
        entry = json_object_iter_value(first);
    return entry;
}

static dn_status read_labels(const json_t *output, dn_model *model, bool *used, dn_hub_doubt *about)
{
    const json_t *labels = json_object_get(output, "channel_def");
    *used = false;
    if (model->labels || !json_object_size(labels))
        return DN_OK;
    DN_TRY(dn_hub_set_labels(labels, model, used));
    if (!*used)
        doubt(about, "does not have one label per output");
    return DN_OK;
}

/* Both sides, if they are two numbers. */
static bool read_sides(const json_t *shape, int sides[2])
{
    for (size_t i = 0; i < 2; i++) {
        json_int_t side = json_integer_value(json_array_get(shape, i));
        if (side < 1 || side > 65535)
            return false;
        sides[i] = (int)side;
    }
    return json_array_size(shape) == 2;
}

/* Samples of 0 to 1 or of -1 to 1, of a picture that is resampled to the network's size. */
static bool read_pipeline(const json_t *input, dn_model *model, dn_hub_doubt *about)
{
    const json_t *range = json_object_get(input, "value_range");
    double low = json_number_value(json_array_get(range, 0));
    double high = json_number_value(json_array_get(range, 1));
    int sides[2], channels = model->arch.channels;
    dn_preprocess read;
    if (model->has_preprocess || !input)
        return false;
    if (channels != 1 && channels != 3) {
        snprintf(about->text, sizeof about->text,
                 "the bundle's metadata.json is of inputs of %d channels, which no picture has: "
                 "forward takes them as an array",
                 channels);
        return false;
    }
    bool known = json_array_size(range) == 2 && high == 1 && (low == 0 || low == -1) &&
                 read_sides(json_object_get(input, "spatial_shape"), sides) &&
                 dn_preprocess_parse("none", &read) == DN_OK;
    if (!known) {
        doubt(about, "does not say a pipeline that can be followed here");
        return false;
    }
    read.resize = sides[0];
    read.resize_width = sides[1];
    read.channels = channels;
    for (int c = 0; c < 3; c++) {
        read.mean[c] = low == 0 ? 0 : 0.5f;
        read.std[c] = low == 0 ? 1 : 0.5f;
    }
    dn_model_set_preprocess(model, &read);
    return true;
}

dn_status dn_hub_read_bundle(const json_t *metadata, dn_model *model, dn_hub_doubt *about)
{
    const json_t *input = only_entry(metadata, "inputs", "image");
    const json_t *channels = json_object_get(input, "num_channels");
    bool labels;
    about->text[0] = '\0';
    if (json_array_size(json_object_get(input, "spatial_shape")) == 3)
        return dn_fail(DN_ERROR_MISMATCH, "is a network of volumes, as the bundle's metadata.json "
                                          "says, which is not of this family");
    if (json_is_integer(channels) && json_integer_value(channels) != model->arch.channels) {
        doubt(about, "is of pictures with other channels, and was ignored");
        return DN_OK;
    }
    bool pipeline = read_pipeline(input, model, about);
    DN_TRY(read_labels(only_entry(metadata, "outputs", "pred"), model, &labels, about));
    snprintf(model->origin.config, sizeof model->origin.config, "%s%s%s",
             pipeline ? "preprocessing" : "", pipeline && labels ? " and " : "",
             labels ? "labels" : "");
    return DN_OK;
}
