/* SPDX-License-Identifier: MIT */
/* timm's config.json: architecture, num_classes, label_names and, in pretrained_cfg (older
 * files: at the top), input_size, crop_pct, crop_mode, interpolation, mean, std. transformers':
 * id2label, problem_type. */
#include "base/memory.h"
#include "base/text.h"
#include "loading/hub.h"
#include "loading/hub_pipeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static bool doubt(dn_hub_doubt *about, const char *format,
                                                        ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(about->text, sizeof about->text, format, arguments);
    va_end(arguments);
    return false;
}

/* ---------------------------------------------------------------- whose it is */

static const json_t *pretrained_of(const json_t *config)
{
    const json_t *inner = json_object_get(config, "pretrained_cfg");
    return json_is_object(inner) ? inner : config;
}

static const json_t *get(const json_t *config, const char *key)
{
    const json_t *value = json_object_get(config, key);
    return value ? value : json_object_get(pretrained_of(config), key);
}

static bool is_hub_config(const json_t *config)
{
    static const char *const keys[] = {"architecture", "architectures", "pretrained_cfg",
                                       "id2label"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(config, keys[i]))
            return true;
    return false;
}

/* The number of outputs it speaks of; -1: of none. */
static json_int_t classes_of(const json_t *config)
{
    static const char *const keys[] = {"num_classes", "num_labels"};
    for (int i = 0; i < 2; i++)
        if (json_is_integer(get(config, keys[i])))
            return json_integer_value(get(config, keys[i]));
    const json_t *labels = json_object_get(config, "id2label");
    return json_is_object(labels) ? (json_int_t)json_object_size(labels) : -1;
}

static bool fits(const json_t *config, const dn_arch *arch, dn_hub_doubt *about)
{
    const char *name = json_string_value(json_object_get(config, "architecture"));
    dn_arch named;
    if (name && (!strstr(name, "densenet") ||
                 (dn_arch_find(name, &named) == DN_OK && strcmp(named.name, arch->name) != 0)))
        return doubt(about, "the config.json beside it is of %.64s, and was ignored", name);
    json_int_t classes = classes_of(config);
    if (classes >= 0 && classes != arch->classes)
        return doubt(about,
                     "the config.json beside it is of %lld class%s, the network has %d output%s; "
                     "it was ignored",
                     (long long)classes, classes == 1 ? "" : "es", arch->classes,
                     dn_plural(arch->classes));
    return true;
}

/* ------------------------------------------------------------------ pipeline */

static const char *text_of(const json_t *object, const char *key, const char *unsaid)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : unsaid;
}

static bool has_pipeline(const json_t *pretrained)
{
    static const char *const keys[] = {"input_size", "mean",      "std",
                                       "crop_pct",   "crop_mode", "interpolation"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(pretrained, keys[i]))
            return true;
    return false;
}

/* Takes a pipeline that was read from `file`, or says why not. */
static bool take_pipeline(bool sound, const dn_preprocess *read, const char *file,
                          const dn_hub_reason *why, dn_model *model, dn_hub_doubt *about)
{
    if (!sound)
        return doubt(about, "the pipeline in the %s beside it cannot be followed here: %s", file,
                     why->text);
    if (read->channels != model->arch.channels)
        return doubt(about,
                     "the pipeline in the %s beside it makes %d channel%s, the network takes %d",
                     file, read->channels, read->channels == 1 ? "" : "s", model->arch.channels);
    dn_model_set_preprocess(model, read);
    return true;
}

static bool read_pipeline(const json_t *config, dn_model *model, dn_hub_doubt *about)
{
    const json_t *pretrained = pretrained_of(config);
    dn_preprocess read = {0};
    dn_hub_reason why = {""};
    if (model->has_preprocess || !has_pipeline(pretrained))
        return false;
    bool sound = dn_hub_timm(pretrained, &read, &why);
    return take_pipeline(sound, &read, "config.json", &why, model, about);
}

/* -------------------------------------------------------------------- labels */

static const char *label_of(const json_t *labels, int output)
{
    char key[16];
    if (json_is_array(labels))
        return json_string_value(json_array_get(labels, (size_t)output));
    snprintf(key, sizeof key, "%d", output);
    return json_string_value(json_object_get(labels, key));
}

dn_status dn_hub_set_labels(const json_t *labels, dn_model *model, bool *used)
{
    int count = model->arch.classes;
    const char **names;
    DN_TRY(dn_calloc((size_t)count, sizeof *names, &names));
    bool sound = json_array_size(labels) + json_object_size(labels) == (size_t)count;
    for (int i = 0; i < count && sound; i++)
        sound = (names[i] = label_of(labels, i)) != NULL;
    dn_status status = sound ? dn_model_set_labels(model, names, count) : DN_OK;
    *used = sound && status == DN_OK;
    free(names);
    return status;
}

static dn_status read_labels(const json_t *config, dn_model *model, bool *used, dn_hub_doubt *about)
{
    const json_t *labels = get(config, "label_names");
    *used = false;
    if (!labels)
        labels = json_object_get(config, "id2label");
    if (model->labels || !labels || json_is_null(labels))
        return DN_OK;
    DN_TRY(dn_hub_set_labels(labels, model, used));
    if (!*used)
        doubt(about, "the labels in the config.json beside it are not one name per output");
    return DN_OK;
}

/* -------------------------------------------------------------------- config */

/* timm's names of global pools; those that begin with "fast" compute the same. */
static bool find_pool(const char *name, dn_head_pool *pool)
{
    static const struct {
        const char *name;
        dn_head_pool pool;
    } pools[] = {{"avg", DN_POOL_MEAN},
                 {"max", DN_POOL_MAX},
                 {"avgmax", DN_POOL_AVGMAX},
                 {"catavgmax", DN_POOL_MEAN_MAX}};
    if (name && strncmp(name, "fast", 4) == 0)
        name += 4;
    for (size_t i = 0; name && i < sizeof pools / sizeof *pools; i++)
        if (strcmp(pools[i].name, name) == 0) {
            *pool = pools[i].pool;
            return true;
        }
    return false;
}

/* Another pool changes the logits, so this doubt is said rather than one of pictures or labels. */
static void check_pool(const json_t *config, dn_hub_doubt *about)
{
    const json_t *said = get(config, "global_pool");
    const char *name = json_string_value(said);
    bool usual = !said || json_is_null(said) || (name && (!*name || strcmp(name, "fast") == 0));
    dn_head_pool pool;
    if (!usual && !find_pool(name, &pool))
        doubt(about,
              "the global_pool in the config.json beside it, %.40s, is not known here, and was "
              "ignored",
              name ? name : "no text");
}

dn_status dn_hub_read(const json_t *config, dn_model *model, dn_hub_doubt *about)
{
    bool labels;
    about->text[0] = '\0';
    if (!is_hub_config(config) || !fits(config, &model->arch, about))
        return DN_OK;
    bool pipeline = read_pipeline(config, model, about);
    DN_TRY(read_labels(config, model, &labels, about));
    check_pool(config, about);
    if (strcmp(text_of(config, "problem_type", ""), "multi_label_classification") == 0)
        model->objective = DN_OBJECTIVE_LABELS;
    snprintf(model->origin.config, sizeof model->origin.config, "%s%s%s",
             pipeline ? "preprocessing" : "", pipeline && labels ? " and " : "",
             labels ? "labels" : "");
    return DN_OK;
}

dn_status dn_hub_parse(const void *data, size_t size, const char *what, json_t **json,
                       dn_hub_doubt *about)
{
    dn_budget budget;
    *json = NULL;
    about->text[0] = '\0';
    dn_budget_begin(size, &budget);
    dn_status status = dn_json_parse(data, size, what, &budget, json);
    if (status == DN_ERROR_MEMORY)
        return status;
    if (status != DN_OK)
        doubt(about, "%.200s", dn_last_error());
    return DN_OK;
}

dn_hub_function dn_hub_function_of(const json_t *config)
{
    const char *name = json_string_value(json_object_get(config, "architecture"));
    dn_hub_function says = {.blurs = name && strstr(name, "densenetblur")};
    says.pools = config && find_pool(json_string_value(get(config, "global_pool")), &says.pool);
    return says;
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
        take_pipeline(dn_hub_processor(config, &read, &why), &read, file, &why, model, about)) {
        bool labels = model->origin.config[0] != '\0';
        snprintf(model->origin.config, sizeof model->origin.config, "preprocessing%s",
                 labels ? " and labels" : "");
    }
    return DN_OK;
}
