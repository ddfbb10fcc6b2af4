/* SPDX-License-Identifier: MIT */
/* What a hub keeps beside the weights: each file is read and parsed once, for the function that it
 * tells and for labels and pipelines. */
#ifndef DN_LOADING_BESIDE_H
#define DN_LOADING_BESIDE_H

#include "base/hub_files.h"
#include "loading/hub.h"
#include "tensors/tensors.h"

/* In the order in which they are believed. */
enum { DN_BESIDE_BUNDLE, DN_BESIDE_CONFIG, DN_BESIDE_PROCESSOR, DN_BESIDE_COUNT };

typedef struct dn_beside {
    json_t *json[DN_BESIDE_COUNT]; /* NULL: there is none, or it is none, as the doubt says */
    dn_hub_doubt doubts[DN_BESIDE_COUNT];
} dn_beside;

/* files: NULL if there are none; a bundle's metadata may also be in the weight file. Start with
 * zeros; dn_beside_close also after a failure. */
dn_status dn_beside_open(const dn_hub_files *files, const dn_tensor_file *weights,
                         dn_beside *beside);
void dn_beside_close(dn_beside *beside);

/* What one of them says of labels, pipeline and objective, where the model has none. *doubt: a
 * sentence, "" if there is nothing to say; valid as long as *beside. */
dn_status dn_beside_read(dn_beside *beside, int kind, dn_model *model, const char **doubt);

#endif
