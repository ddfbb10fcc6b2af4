/* SPDX-License-Identifier: MIT */
/* timm's config.json: architecture, num_classes, label_names and, in pretrained_cfg (older
 * files: at the top), input_size, crop_pct, crop_mode, interpolation, mean, std. transformers':
 * id2label, problem_type. */
#include "loading/hub_config.h"

#include <stdio.h>
#include <string.h>

static bool has_pipeline(const json_t *pretrained)
{
    static const char *const keys[] = {"input_size", "mean",      "std",
                                       "crop_pct",   "crop_mode", "interpolation"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(pretrained, keys[i]))
            return true;
    return false;
}

static bool read_pipeline(const json_t *config, dn_model *model, dn_hub_doubt *about)
{
    const json_t *pretrained = dn_hub_pretrained(config);
    dn_preprocess read = {0};
    dn_hub_reason why = {""};
    if (model->has_preprocess || !has_pipeline(pretrained))
        return false;
    bool sound = dn_hub_timm(pretrained, &read, &why);
    return dn_hub_take_pipeline(sound, &read, "config.json", &why, model, about);
}

static dn_status read_labels(const json_t *config, dn_model *model, bool *used, dn_hub_doubt *about)
{
    const json_t *labels = dn_hub_get(config, "label_names");
    *used = false;
    if (!labels)
        labels = json_object_get(config, "id2label");
    if (model->labels || !labels || json_is_null(labels))
        return DN_OK;
    DN_TRY(dn_hub_set_labels(labels, model, used));
    if (!*used)
        dn_hub_say(about, "the labels in the config.json beside it are not one name per output");
    return DN_OK;
}

dn_status dn_hub_read(const json_t *config, dn_model *model, dn_hub_doubt *about)
{
    bool labels;
    about->text[0] = '\0';
    if (!dn_hub_is_config(config) || !dn_hub_fits(config, &model->arch, about))
        return DN_OK;
    bool pipeline = read_pipeline(config, model, about);
    DN_TRY(read_labels(config, model, &labels, about));
    dn_hub_check_pool(config, about);
    const char *problem = json_string_value(json_object_get(config, "problem_type"));
    if (problem && strcmp(problem, "multi_label_classification") == 0)
        model->objective = DN_OBJECTIVE_LABELS;
    snprintf(model->origin.config, sizeof model->origin.config, "%s%s%s",
             pipeline ? "preprocessing" : "", pipeline && labels ? " and " : "",
             labels ? "labels" : "");
    return DN_OK;
}

/* Other processors, of text, lie in files of the same name. */
static bool is_of_pictures(const json_t *config)
{
    static const char *const keys[] = {"do_normalize", "do_resize", "do_rescale", "do_center_crop",
                                       "size",         "crop_size", "image_mean", "image_std"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(config, keys[i]))
            return true;
    return false;
}

dn_status dn_hub_read_processor(const json_t *config, dn_model *model, dn_hub_doubt *about)
{
    static const char file[] = "preprocessor_config.json";
    dn_preprocess read = {0};
    dn_hub_reason why = {""};
    about->text[0] = '\0';
    if (!model->has_preprocess && is_of_pictures(config) &&
        dn_hub_take_pipeline(dn_hub_processor(config, &read, &why), &read, file, &why, model,
                             about)) {
        bool labels = model->origin.config[0] != '\0';
        snprintf(model->origin.config, sizeof model->origin.config, "preprocessing%s",
                 labels ? " and labels" : "");
    }
    return DN_OK;
}
