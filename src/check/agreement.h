/* SPDX-License-Identifier: MIT */
/* How what a network's batch norms recorded agrees with what its weights predict. */
#ifndef DN_CHECK_AGREEMENT_H
#define DN_CHECK_AGREEMENT_H

#include "network/graph.h"
#include "network/model.h"

/* Of maps with the norm that reads them first. */
typedef struct dn_evidence {
    double correlation; /* of predicted and recorded means over channels */
    double distance;    /* their difference in recorded deviations, root mean square */
    double low, high;   /* recorded to predicted means, the quartiles over channels */
} dn_evidence;

/* Whether too few batches were recorded for statistics to mean anything: with PyTorch's momentum of
 * 0.1, a tenth of what they began with is left after 20. A count of 0 is a program's that does not
 * count. */
bool dn_statistics_are_young(const dn_model *model);

/* Whether a norm recorded anything: not if all means are 0 and all variances 1. */
bool dn_norm_recorded(const dn_model *model, const dn_node *node);

/* The node that reads first all that a node makes; NULL if its maps have no norm. */
const dn_node *dn_first_reader(const dn_graph *graph, const dn_node *node);

/* Of what a node makes: a convolution of normed maps, or a stem's end. `linear`: as if its
 * own norm had no ReLU. *found is false if nothing can be said: no norm before or after it, or
 * nothing recorded. */
dn_status dn_gather_evidence(const dn_model *model, const dn_graph *graph, const dn_node *node,
                             bool linear, dn_evidence *evidence, bool *found);

/* How far two norms of the same maps, a layer's and a later one's, recorded different
 * statistics: difference of means in deviations, root mean square. */
double dn_shared_distance(const dn_model *model, const dn_node *earlier, const dn_node *later);

#endif
