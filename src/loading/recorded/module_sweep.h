/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_RECORDED_MODULE_SWEEP_H
#define DN_LOADING_RECORDED_MODULE_SWEEP_H

#include "loading/recorded/recorded_modules.h"
#include "network/graph.h"

/* Looks at every recorded module from before the first convolution to the head: each is a node's
 * own, or does nothing, or is the ReLU or pool that belongs at its place. Otherwise
 * DN_ERROR_MISMATCH with its name. sources[i] is the tensor of slot i. assumed: receives a
 * sentence if a node's own module is of a class that is not PyTorch's; "" otherwise. */
dn_status dn_sweep_modules(const dn_recorded_modules *modules, const dn_tensor *const *sources,
                           const dn_graph *graph, char assumed[256]);

#endif
