/* SPDX-License-Identifier: MIT */
#ifndef DN_QUANTISE_QUANTISER_H
#define DN_QUANTISE_QUANTISER_H

#include "inference/session.h"
#include "network/norm_line.h"
#include "quantise/ranges.h"

struct dn_quantiser {
    dn_model *model;
    dn_range_rule rule;
    dn_team team;
    dn_graph graph;      /* without sizes */
    dn_histogram **maps; /* of each of the graph's maps: of its channels; of those that no step
                            of a plan makes, NULL */
    dn_histogram pictures;
    dn_session *session; /* in float32; NULL once the model is quantised */
    float *exact;        /* the model's tensors before, as its layout has them */
    bool *kept;          /* by node */
    long seen;           /* pictures */
};

/* The distribution of a channel of maps: distribution.c. */
const dn_histogram *dn_distribution(const dn_quantiser *quantiser, int maps, int channel);

/* Sets all distributions by what the norms record, and the pictures' by their range:
 * recorded.c. */
dn_status dn_distributions_of_norms(dn_quantiser *quantiser);

/* Fills the model's quantisation and rounds its weights: choose_numbers.c. */
dn_status dn_choose_numbers(const dn_quantiser *quantiser, dn_quantisation *quantisation);

#endif
