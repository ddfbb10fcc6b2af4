/* SPDX-License-Identifier: MIT */
/* A hub's JSON, and what a network takes from it. */
#include "loading/hub_config.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

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
        dn_hub_say(about, "%.200s", dn_last_error());
    return DN_OK;
}

bool dn_hub_take_pipeline(bool sound, const dn_preprocess *read, const char *file,
                          const dn_hub_reason *why, dn_model *model, dn_hub_doubt *about)
{
    if (!sound)
        return dn_hub_say(about, "the pipeline in the %s beside it cannot be followed here: %s",
                          file, why->text);
    if (read->channels != model->arch.channels)
        return dn_hub_say(
            about, "the pipeline in the %s beside it makes %d channel%s, the network takes %d",
            file, read->channels, read->channels == 1 ? "" : "s", model->arch.channels);
    dn_model_set_preprocess(model, read);
    return true;
}

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
