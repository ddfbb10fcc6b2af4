/* SPDX-License-Identifier: MIT */
#include "reports/info_report.h"

#include "base/text.h"
#include "ui/report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Takes ownership of the object. */
static bool print_json(json_t *object)
{
    bool sound = object && json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) == 0;
    json_decref(object);
    if (!sound)
        return complain("the answer could not be written as JSON");
    putchar('\n');
    return true;
}

/* Names of files and tensors may be any bytes. */
static json_t *repaired(const char *text)
{
    char *sound = dn_utf8_repair(text);
    json_t *value = sound ? json_string(sound) : NULL;
    free(sound);
    return value;
}

static json_t *blocks_of(const dn_arch *arch)
{
    json_t *array = json_array();
    for (int b = 0; b < arch->block_count; b++)
        json_array_append_new(array, json_integer(arch->blocks[b]));
    return array;
}

static json_t *labels_of(const dn_model *model)
{
    if (!dn_model_label(model, 0))
        return json_null();
    json_t *array = json_array();
    for (int i = 0; i < dn_model_arch(model)->classes; i++) {
        json_t *label = json_string(dn_model_label(model, i));
        json_array_append_new(array, label ? label : json_null());
    }
    return array;
}

static json_t *thresholds_of(const dn_model *model, const float *thresholds)
{
    if (!thresholds)
        return json_null();
    json_t *array = json_array();
    for (int i = 0; i < dn_model_arch(model)->classes; i++)
        json_array_append_new(array, isnan(thresholds[i]) ? json_null()
                                                          : json_real((double)thresholds[i]));
    return array;
}

/* How predict preprocesses pictures by default. */
static json_t *preprocess_of(const dn_model *model, bool *recorded)
{
    dn_preprocess preprocess;
    char text[256];
    *recorded = dn_model_preprocess(model, &preprocess);
    dn_preprocess_format(&preprocess, text, sizeof text);
    return json_string(text);
}

/* What is recorded as JSON; null if nothing is. */
static json_t *parsed(const char *text)
{
    json_t *value = text ? json_loads(text, 0, NULL) : NULL;
    return value ? value : json_null();
}

bool info_print_json(const char *path, const dn_model *model)
{
    const dn_origin *origin = dn_model_origin(model);
    const dn_arch *arch = dn_model_arch(model);
    const char *warning = dn_model_warning(model);
    char head[DN_HEAD_TEXT_SIZE];
    dn_arch_head_text(arch, head, sizeof head);
    bool any = dn_model_objective(model) == DN_OBJECTIVE_LABELS, recorded;
    json_t *preprocess = preprocess_of(model, &recorded);
    return print_json(json_pack(
        "{s:o, s:s, s:o, s:i, s:i, s:s, s:i, s:f, s:i, s:i, s:s, s:f, s:I, s:i, s:s, s:f, s:o, "
        "s:o, s:o, s:o, "
        "s:b, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s?, s:i, s:i, s:s, s:b, s:b, s:s, s:o, "
        "s:o}",
        "file", repaired(path), "architecture", arch->name, "blocks", blocks_of(arch), "growth",
        arch->growth, "stem_channels", arch->stem_channels, "stem", dn_stem_name(arch->stem),
        "bottleneck", arch->bottleneck, "compression", arch->compression, "channels",
        arch->channels, "classes", arch->classes, "head", head, "bn_epsilon", arch->bn_epsilon,
        "parameters", (json_int_t)dn_arch_parameters(arch), "tensors", dn_model_tensor_count(model),
        "task", any ? "labels" : "classes", "temperature", dn_model_temperature(model), "labels",
        labels_of(model), "thresholds", thresholds_of(model, dn_model_thresholds(model)), "ppv80",
        thresholds_of(model, dn_model_ppv80(model)), "preprocess", preprocess,
        "preprocess_recorded", recorded, "format", origin->format, "dtype", origin->dtype,
        "dialect", origin->dialect, "concat", origin->concat, "concat_from", origin->concat_from,
        "state", repaired(origin->state), "derived", origin->derived, "config", origin->config,
        "warning", warning, "stem_kernel", arch->stem_kernel, "stem_stride", arch->stem_stride,
        "stem_pool",
        arch->stem_pool == DN_STEM_POOL_USUAL  ? "usual"
        : arch->stem_pool == DN_STEM_POOL_MAX  ? "max"
        : arch->stem_pool == DN_STEM_POOL_BLUR ? "blur"
                                               : "none",
        "transition_relu", !arch->linear_transitions, "final_relu", !arch->linear_final, "function",
        origin->function, "training", parsed(dn_model_training(model)), "quantisation",
        parsed(dn_model_quantisation(model))));
}

static json_t *tensor_of(const dn_tensor_info *info)
{
    json_t *shape = json_array();
    for (int d = 0; d < info->rank; d++)
        json_array_append_new(shape, json_integer(info->shape[d]));
    return json_pack("{s:o, s:s, s:o}", "name", repaired(info->name), "dtype", info->dtype, "shape",
                     shape);
}

bool info_print_tensors_json(const char *path, const dn_tensor_file *file, const char *reason)
{
    json_t *tensors = json_array();
    for (size_t i = 0; i < dn_tensor_file_count(file); i++) {
        dn_tensor_info info = dn_tensor_file_item(file, i);
        json_array_append_new(tensors, tensor_of(&info));
    }
    return print_json(json_pack("{s:o, s:n, s:o, s:s, s:o}", "file", repaired(path), "architecture",
                                "reason", repaired(reason), "format", dn_tensor_file_format(file),
                                "tensors", tensors));
}
