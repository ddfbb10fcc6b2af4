/* SPDX-License-Identifier: MIT */
/* The pipelines that the two kinds of files in a hub's folder describe. */
#ifndef DN_LOADING_HUB_PIPELINE_H
#define DN_LOADING_HUB_PIPELINE_H

#include "base/json.h"

typedef struct dn_hub_reason {
    char text[160];
} dn_hub_reason;

/* Of a number of values in turn: false, and why, in the caller's `if`. */
__attribute__((format(printf, 2, 3))) bool dn_hub_because(dn_hub_reason *why, const char *format,
                                                          ...);

/* What timm's pretrained_cfg says, as its create_transform() follows it for evaluation. */
bool dn_hub_timm(const json_t *pretrained, dn_preprocess *preprocess, dn_hub_reason *why);

/* What transformers' preprocessor_config.json says, as its image processors follow it. */
bool dn_hub_processor(const json_t *config, dn_preprocess *preprocess, dn_hub_reason *why);

/* A mean or std: a list of one number, or of one per channel. Nothing changes without it. */
bool dn_hub_numbers(const json_t *object, const char *key, int channels, float numbers[3],
                    dn_hub_reason *why);

/* A whole number of pixels from 1 to 65536; 0 if it is none. */
int dn_hub_side(const json_t *value);

#endif
