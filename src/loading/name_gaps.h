/* SPDX-License-Identifier: MIT */
/* A Sequential numbers its modules, and those without tensors leave gaps in a state dict:
 * "transition.0" and "transition.2" have something between them, a ReLU. */
#ifndef DN_LOADING_NAME_GAPS_H
#define DN_LOADING_NAME_GAPS_H

#include "network/graph.h"
#include "tensors/tensors.h"

/* Whether transitions have a ReLU; AUTO if their names are not numbers in one container, or if
 * layers, which have a ReLU, leave no gaps either. sources[i] is the tensor of slot i. */
dn_relu dn_transition_relu_of_gaps(const dn_graph *graph, const dn_tensor *const *sources);

#endif
