/* SPDX-License-Identifier: MIT */
/* Where the code of a class calls what has no tensors, between which of the network's parts. */
#ifndef DN_LOADING_RECORDED_MODULE_PLACE_H
#define DN_LOADING_RECORDED_MODULE_PLACE_H

#include "loading/recorded/recorded_modules.h"
#include "network/graph.h"

/* A norm, a convolution or a linear. */
typedef struct dn_placed_part {
    const dn_recorded_module *module;
    const dn_node *node;
    bool norm;
} dn_placed_part;

/* In the order of computation. */
typedef struct dn_placed_parts {
    const dn_recorded_modules *modules;
    const dn_graph *graph;
    dn_placed_part *items;
    int count;
} dn_placed_parts;

/* Released by dn_placed_parts_free. */
dn_status dn_placed_parts_find(const dn_recorded_modules *modules, const dn_tensor *const *sources,
                               const dn_graph *graph, dn_placed_parts *parts);
void dn_placed_parts_free(dn_placed_parts *parts);

/* What a call is of: "norm1" of "relu:norm1"; NULL: it is not known. */
const char *dn_call_operand(const char *call);

/* Whether a call of `module` is of what a module made that holds `from` but not `to`, or of what
 * `module` is given if it holds `to` alone; true if it is not known. */
bool dn_call_is_between(const char *call, const dn_recorded_module *module,
                        const dn_recorded_module *from, const dn_recorded_module *to);

/* Whether a DenseNet has it there: a ReLU of a norm's maps or between linears, the mean of 2x2 at a
 * transition's end. */
bool dn_call_is_placed(const dn_placed_parts *parts, const dn_recorded_module *module,
                       const char *call);

#endif
