/* SPDX-License-Identifier: MIT */
/* A config.json or preprocessor_config.json beside the weights of a network with three outputs. */
#include "loading/hub.h"

#include <stdlib.h>
#include <string.h>

static dn_model *create_model(void)
{
    dn_arch arch;
    dn_model *model;
    if (dn_arch_find("densenet-bc-10-4", &arch) != DN_OK)
        abort();
    arch.classes = 3;
    if (dn_model_init(&arch, DN_INIT_PAPER, 1, &model) != DN_OK)
        abort();
    return model;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_model *model = create_model();
    dn_hub_doubt doubt;
    dn_preprocess preprocess;
    json_t *json;
    dn_status status = dn_hub_parse(data, size, "it", &json, &doubt);
    if (status != DN_OK && status != DN_ERROR_MEMORY)
        abort();
    status = dn_hub_read(json, model, &doubt);
    if (status != DN_OK && status != DN_ERROR_MEMORY)
        abort();
    status = dn_hub_read_bundle(json, model, &doubt);
    if (status != DN_OK && status != DN_ERROR_MISMATCH && status != DN_ERROR_MEMORY)
        abort();
    dn_hub_function says = dn_hub_function_of(json);
    if (says.pool > DN_POOL_MEAN_MAX)
        abort();
    status = dn_hub_read_processor(json, model, &doubt);
    if (status != DN_OK && status != DN_ERROR_MEMORY)
        abort();
    json_decref(json);
    if (dn_model_preprocess(model, &preprocess)) {
        char text[256];
        dn_preprocess_format(&preprocess, text, sizeof text);
        if (preprocess.channels != 3 || !(preprocess.std[0] > 0) ||
            dn_preprocess_parse(text, &preprocess) != DN_OK)
            abort();
    }
    if (model->labels && !(dn_model_label(model, 0) && dn_model_label(model, 2)))
        abort();
    if (strlen(doubt.text) >= sizeof doubt.text)
        abort();
    dn_model_free(model);
    return 0;
}
