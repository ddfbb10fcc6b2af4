/* SPDX-License-Identifier: MIT */
/* What the files say that a model hub keeps beside a network's weights (base/hub_files.h). */
#ifndef DN_LOADING_HUB_H
#define DN_LOADING_HUB_H

#include "network/model.h"

/* Gives the model the pipeline, the labels and the objective that timm's or transformers'
 * config.json holds, where it has none, and says so in its origin. A config that is none, or
 * of another network, changes nothing; *doubt says why, "" if there is nothing to say. */
typedef struct dn_hub_doubt {
    char text[320];
} dn_hub_doubt;
dn_status dn_hub_read(const void *data, size_t size, dn_model *model, dn_hub_doubt *doubt);

/* What a config.json of timm says of a function that no tensor tells. */
typedef struct dn_hub_function {
    bool blurs; /* the stem does: densenetblur121d */
    bool pools; /* and how the head pools is known */
    dn_head_pool pool;
} dn_hub_function;
dn_status dn_hub_read_function(const void *data, size_t size, dn_hub_function *says);

/* The same of the labels and the pipeline in a MONAI bundle's metadata. DN_ERROR_MISMATCH if it is
 * of volumes. */
dn_status dn_hub_read_bundle(const void *data, size_t size, dn_model *model, dn_hub_doubt *doubt);

/* The same of the pipeline in transformers' preprocessor_config.json. */
dn_status dn_hub_read_processor(const void *data, size_t size, dn_model *model,
                                dn_hub_doubt *doubt);

#endif
