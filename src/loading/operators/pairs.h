/* SPDX-License-Identifier: MIT */
/* Tensors under their keys. */
#ifndef DN_LOADING_OPERATORS_PAIRS_H
#define DN_LOADING_OPERATORS_PAIRS_H

#include "loading/operators/assemble.h"

typedef struct dn_assembly {
    dn_walk *w;
    dn_match *match; /* its pairs grow in the file's pool */
    size_t capacity;
    dn_assembled *made;
} dn_assembly;

dn_status dn_pairs_add(dn_assembly *a, dn_key key, dn_part part, const dn_tensor *tensor);

/* The norm that remains to be done to maps, whose channels come in another order. NULL: the same.
 */
dn_status dn_pairs_add_norm(dn_assembly *a, dn_key key, const dn_known *maps, const int *order);
dn_status dn_pairs_add_conv(dn_assembly *a, dn_key key, const dn_tensor *weight, const int *order);

#endif
