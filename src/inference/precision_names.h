/* SPDX-License-Identifier: MIT */
/* The precisions of a session by their names. */
#ifndef DN_INFERENCE_PRECISION_NAMES_H
#define DN_INFERENCE_PRECISION_NAMES_H

#include "inference/prepared.h"

/* The precision of this name; NULL: "f32". "auto" is chosen for the model and the fastest kernels
 * (auto_precision.h). DN_ERROR_ARGUMENT for another name. */
dn_status dn_find_precision(const dn_model *model, const char *name, dn_precision *precision);

/* NULL for a precision that has no name. */
const char *dn_precision_name(dn_precision precision);

static inline bool dn_same_precision(dn_precision a, dn_precision b)
{
    return a.weights == b.weights && a.maps == b.maps;
}

#endif
