/* SPDX-License-Identifier: MIT */
/* From what was made of what to a network: blocks, layers, transitions, stem and head. */
#ifndef DN_LOADING_OPERATORS_ASSEMBLE_H
#define DN_LOADING_OPERATORS_ASSEMBLE_H

#include "loading/match.h"
#include "loading/operators/walk.h"

/* What a graph says besides its tensors. */
typedef struct dn_assembled {
    int stem_stride;
    dn_stem_pool stem_pool;
    bool linear_transitions, linear_final;
    double epsilon;
    const dn_walk_head *head; /* NULL: the network has none */
    const dn_known *picture;
    int forwards, backwards; /* readers of maps that are in canonical order, or newest first */
    int readers;
} dn_assembled;

/* The match's pairs, in canonical order, for a value that is the output. DN_ERROR_MISMATCH, naming
 * the node that departs, if no DenseNet makes it. */
dn_status dn_assemble(dn_walk *w, const dn_known *output, dn_match *match, dn_assembled *made);

#endif
