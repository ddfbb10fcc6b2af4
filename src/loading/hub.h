/* SPDX-License-Identifier: MIT */
/* The folder that a model hub keeps a network in: weights and, beside them, config.json. */
#ifndef DN_LOADING_HUB_H
#define DN_LOADING_HUB_H

#include "network/model.h"

#include <limits.h>

typedef struct dn_hub_paths {
    char weights[PATH_MAX];
    char config[PATH_MAX];    /* "": there is none */
    char processor[PATH_MAX]; /* preprocessor_config.json; "": there is none */
    char bundle[PATH_MAX];    /* configs/metadata.json of a MONAI bundle; "": it is none */
} dn_hub_paths;

/* The files behind a path, which is that of a weight file or of a folder with one. */
dn_status dn_hub_find(const char *path, dn_hub_paths *paths);

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
