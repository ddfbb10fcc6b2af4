/* SPDX-License-Identifier: MIT */
/* What the files say that a model hub keeps beside a network's weights (base/hub_files.h). */
#ifndef DN_LOADING_HUB_H
#define DN_LOADING_HUB_H

#include "base/json.h"
#include "network/model.h"

typedef struct dn_hub_doubt {
    char text[320]; /* "": there is nothing to say */
} dn_hub_doubt;

/* Parses a file, which is called `what` in the doubt about one that is none: then *json is NULL.
 * Release it with json_decref. */
dn_status dn_hub_parse(const void *data, size_t size, const char *what, json_t **json,
                       dn_hub_doubt *doubt);

/* Gives the model labels: a list, or {"0": name}. *used: there is one name per output; with others
 * it stays as it is. */
dn_status dn_hub_set_labels(const json_t *labels, dn_model *model, bool *used);

/* Gives the model the pipeline, the labels and the objective that timm's or transformers'
 * config.json holds, where it has none, and says so in its origin. A config that is of another
 * network, or NULL, changes nothing; *doubt says why. */
dn_status dn_hub_read(const json_t *config, dn_model *model, dn_hub_doubt *doubt);

/* What a config.json of timm says of a function that no tensor tells. */
typedef struct dn_hub_function {
    bool blurs; /* the stem does: densenetblur121d */
    bool pools; /* and how the head pools is known */
    dn_head_pool pool;
} dn_hub_function;
dn_hub_function dn_hub_function_of(const json_t *config);

/* The same as dn_hub_read of the labels and the pipeline in a MONAI bundle's metadata.
 * DN_ERROR_MISMATCH if it is of volumes. */
dn_status dn_hub_read_bundle(const json_t *metadata, dn_model *model, dn_hub_doubt *doubt);

/* The same of the pipeline in transformers' preprocessor_config.json. */
dn_status dn_hub_read_processor(const json_t *config, dn_model *model, dn_hub_doubt *doubt);

#endif
