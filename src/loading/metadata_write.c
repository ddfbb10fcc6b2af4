/* SPDX-License-Identifier: MIT */
#include "loading/metadata.h"

#include "base/locale.h"
#include "base/text.h"
#include "loading/order.h"
#include "network/head.h"
#include "network/stems.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const dn_metadata_number dn_metadata_numbers[DN_METADATA_NUMBERS] = {
    {"densenet.growth", offsetof(dn_arch, growth)},
    {"densenet.stem_channels", offsetof(dn_arch, stem_channels)},
    {"densenet.bottleneck", offsetof(dn_arch, bottleneck)},
    {"densenet.channels", offsetof(dn_arch, channels)},
    {"densenet.classes", offsetof(dn_arch, classes)},
};

/* Where the entries go. */
typedef struct sink {
    dn_metadata_entry *add;
    void *context;
} sink;

static dn_status add_int(const sink *to, const char *key, int value)
{
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    return to->add(to->context, key, text);
}

/* The shorter of two forms, if it is exact. */
static dn_status add_real(const sink *to, const char *key, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", value);
    if (strtod(text, NULL) != value)
        snprintf(text, sizeof text, "%.17g", value);
    return to->add(to->context, key, text);
}

static dn_status add_list(const sink *to, const char *key, const int *list, int count)
{
    char text[DN_MAX_BLOCKS * 12] = "";
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length, "%s%d", i ? "," : "", list[i]);
    return to->add(to->context, key, text);
}

static dn_status add_text(const sink *to, const char *key, dn_text *text)
{
    char *finished;
    DN_TRY(dn_text_take(text, &finished));
    dn_status status = to->add(to->context, key, finished);
    free(finished);
    return status;
}

/* Only what is not usual, so that other files stay as they were. */
static dn_status write_function(const sink *to, const dn_arch *arch)
{
    static const char *const pools[] = {
        [DN_STEM_POOL_MAX] = "max", [DN_STEM_POOL_NONE] = "none", [DN_STEM_POOL_BLUR] = "blur"};
    if (arch->stem_kernel)
        DN_TRY(add_int(to, "densenet.stem_kernel", arch->stem_kernel));
    if (arch->stem_stride)
        DN_TRY(add_int(to, "densenet.stem_stride", arch->stem_stride));
    if (arch->stem_pool != DN_STEM_POOL_USUAL)
        DN_TRY(to->add(to->context, "densenet.stem_pool", pools[arch->stem_pool]));
    if (arch->linear_transitions)
        DN_TRY(to->add(to->context, "densenet.transition_relu", "no"));
    return arch->linear_final ? to->add(to->context, "densenet.final_relu", "no") : DN_OK;
}

/* Readers that know of no heads take an entry's absence for the usual one. */
static dn_status write_head(const sink *to, const dn_arch *arch)
{
    char text[DN_HEAD_TEXT_SIZE];
    dn_arch_head_text(arch, text, sizeof text);
    return dn_head_is_usual(arch) ? DN_OK : to->add(to->context, "densenet.head", text);
}

static dn_status write_arch(const sink *to, const dn_arch *arch)
{
    DN_TRY(to->add(to->context, "densenet.arch", arch->name));
    DN_TRY(add_list(to, "densenet.blocks", arch->blocks, arch->block_count));
    for (size_t i = 0; i < DN_METADATA_NUMBERS; i++) {
        int value;
        memcpy(&value, (const char *)arch + dn_metadata_numbers[i].offset, sizeof value);
        DN_TRY(add_int(to, dn_metadata_numbers[i].key, value));
    }
    DN_TRY(add_real(to, "densenet.compression", arch->compression));
    DN_TRY(add_real(to, "densenet.bn_epsilon", arch->bn_epsilon));
    DN_TRY(to->add(to->context, "densenet.stem", dn_stem_name(arch->stem)));
    DN_TRY(write_function(to, arch));
    DN_TRY(write_head(to, arch));
    if (dn_stem_row_of(arch->stem)->convs == 1)
        return DN_OK;
    return add_list(to, "densenet.stem_hidden", arch->stem_hidden, 2);
}

static dn_status write_labels(const sink *to, const dn_model *model)
{
    dn_text text = {0};
    for (int i = 0; i < model->arch.classes; i++) {
        dn_text_add(&text, i ? "," : "[");
        dn_text_add_json(&text, model->labels[i]);
    }
    dn_text_add(&text, "]");
    return add_text(to, "densenet.labels", &text);
}

static dn_status write_thresholds(const sink *to, const char *key, const float *thresholds,
                                  int count)
{
    dn_text text = {0};
    if (!thresholds)
        return DN_OK;
    for (int i = 0; i < count; i++) {
        float value = thresholds[i];
        dn_text_add(&text, i ? "," : "[");
        dn_text_add(&text, isfinite(value) ? "%.9g" : "null", (double)value);
    }
    dn_text_add(&text, "]");
    return add_text(to, key, &text);
}

static dn_status write_metadata(const dn_model *model, dn_concat concat, dn_metadata_entry *add,
                                void *context)
{
    sink to = {add, context};
    DN_TRY(write_arch(&to, &model->arch));
    DN_TRY(add(context, "densenet.concat", dn_concat_name(concat)));
    DN_TRY(add(context, "densenet.task",
               model->objective == DN_OBJECTIVE_LABELS ? "labels" : "classes"));
    if (model->temperature != 1)
        DN_TRY(add_real(&to, "densenet.temperature", model->temperature));
    if (model->has_preprocess) {
        char text[256];
        dn_preprocess_format(&model->preprocess, text, sizeof text);
        DN_TRY(add(context, "densenet.preprocess", text));
    }
    if (model->labels)
        DN_TRY(write_labels(&to, model));
    const int classes = model->arch.classes;
    DN_TRY(write_thresholds(&to, "densenet.thresholds", model->thresholds, classes));
    DN_TRY(write_thresholds(&to, "densenet.ppv80", model->ppv80, classes));
    if (model->training)
        DN_TRY(add(context, "densenet.training", model->training));
    if (model->precisions && !model->quantisation) /* else it is of bytes, or of rounded weights */
        DN_TRY(add(context, "densenet.precisions", model->precisions));
    return DN_OK;
}

dn_status dn_metadata_write(const dn_model *model, dn_concat concat, dn_metadata_entry *add,
                            void *context)
{
    locale_t callers = dn_use_decimal_points();
    dn_status status = write_metadata(model, concat, add, context);
    uselocale(callers);
    return status;
}
