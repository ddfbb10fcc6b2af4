/* SPDX-License-Identifier: MIT */
/* Which makers' maps a block has, and in which order its readers see them. */
#ifndef DN_LOADING_OPERATORS_BLOCKS_H
#define DN_LOADING_OPERATORS_BLOCKS_H

#include "loading/operators/walk.h"

/* A block's maps, the oldest first: those of its input, then of each layer. */
typedef struct dn_walk_block {
    int *makers;
    int count;
    const dn_known *reader; /* of all of them: a transition's or the last norm's input */
} dn_walk_block;

/* The block whose maps `reader` is; DN_ERROR_MISMATCH if it holds some twice. */
dn_status dn_block_of(dn_walk *w, const dn_known *reader, dn_walk_block *block);

/* For each channel in canonical order, its place among those of `reader`, which must be all of the
 * first `count` makers' of the block; *order NULL if it reads others. *pieces: how the makers come:
 * 1 in order, -1 newest first, 0 otherwise. */
dn_status dn_block_order(dn_walk *w, const dn_walk_block *block, int count, const dn_known *reader,
                         const int **order, int *direction);

#endif
