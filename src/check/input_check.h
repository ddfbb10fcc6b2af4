/* SPDX-License-Identifier: MIT */
/* Pictures held against what a network's batch norms recorded. */
#ifndef DN_CHECK_INPUT_CHECK_H
#define DN_CHECK_INPUT_CHECK_H

#include "base/status.h"

/* Pictures are added to ten groups in turn, which the jackknife leaves out one by one. */
enum { DN_INPUT_GROUPS = 10 };

/* Maps of a block: what was recorded of each channel by the norm that reads it first, and sums
 * over a group's pictures of their means and mean squares. */
typedef struct dn_block_maps {
    int channels;
    double *mean, *variance;
    double *sums[DN_INPUT_GROUPS], *squares[DN_INPUT_GROUPS];
} dn_block_maps;

struct dn_input_check {
    int block_count, stem_channels;
    double epsilon;
    dn_block_maps blocks[DN_MAX_BLOCKS];
    double *storage, *now; /* now: a picture's means and mean squares */
    int64_t pictures;
    dn_input_fit *last; /* of the last run's pictures */
    int last_count, capacity;
    dn_status status; /* of the runs so far */
};

/* How the first `channels` of a block's maps fit, from their means and mean squares. */
dn_input_fit dn_fit_maps(const dn_input_check *check, const dn_block_maps *maps, int channels,
                         const double *mean, const double *square);

#endif
