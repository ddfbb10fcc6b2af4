/* SPDX-License-Identifier: MIT */
/* What the readers of a hub's JSON files share. */
#ifndef DN_LOADING_HUB_CONFIG_H
#define DN_LOADING_HUB_CONFIG_H

#include "loading/hub.h"
#include "loading/hub_pipeline.h"

/* Sets the doubt; false. */
__attribute__((format(printf, 2, 3))) bool dn_hub_say(dn_hub_doubt *about, const char *format, ...);

/* Of a config.json: its pretrained_cfg, or itself; a key of either. */
const json_t *dn_hub_pretrained(const json_t *config);
const json_t *dn_hub_get(const json_t *config, const char *key);

/* Whether it is timm's or transformers'; whether it is of this network, or what speaks against it.
 */
bool dn_hub_is_config(const json_t *config);
bool dn_hub_fits(const json_t *config, const dn_arch *arch, dn_hub_doubt *about);

/* Says that the file names a pool that is not known. */
void dn_hub_check_pool(const json_t *config, dn_hub_doubt *about);

/* Takes a pipeline that was read from `file`, or says why not. */
bool dn_hub_take_pipeline(bool sound, const dn_preprocess *read, const char *file,
                          const dn_hub_reason *why, dn_model *model, dn_hub_doubt *about);

#endif
