/* SPDX-License-Identifier: MIT */
/* Sums that tiles have made, 32 rows of 32 outputs, and that wait to be stored. While tiles are
 * multiplied vectors have nothing to do: the rows of one square are stored a few at a time
 * between the steps of the next one. */
#ifndef DN_TEMPLATES_PENDING_SQUARE_H
#define DN_TEMPLATES_PENDING_SQUARE_H

#include "kernels/kernels.h"
#include "kernels/templates/tiles.h"

#define SQUARE 32

/* Of bytes, whole numbers. Tiles are stored in whole cache lines. */
typedef float square_sums[SQUARE][SQUARE] __attribute__((aligned(DN_TILE_BYTES)));

typedef struct pending_square {
    square_sums sums;
    void *output[SQUARE];
    int rows, stored;   /* those before `stored` are */
    int first, outputs; /* the first output's number; how many there are from it on */
    const dn_epilogue *epilogue;
    void (*store)(struct pending_square *square); /* the next few rows */
} pending_square;

static inline void store_some(pending_square *square)
{
    if (square->stored < square->rows)
        square->store(square);
}

static inline void store_rest(pending_square *square)
{
    while (square->stored < square->rows)
        square->store(square);
}

#endif
