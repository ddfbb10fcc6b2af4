/* SPDX-License-Identifier: MIT */
/* The arithmetic of sums over ranks. */
#ifndef DN_DISTRIBUTED_SUM_VALUES_H
#define DN_DISTRIBUTED_SUM_VALUES_H

#include "base/element.h"

/* Returns the first of `count` values that belong to a rank, or with rank == ranks, count. Slices
 * begin at cache lines of floats, and differ by at most one. */
size_t dn_slice_begin(size_t count, int ranks, int rank);

/* Adds contributions[0], [1] and so on, each of `count` values of a type (DN_F32, DN_BF16, DN_F64),
 * in double and in this order, and rounds each sum once to the type; from double to bfloat16 by way
 * of float. `sum` may be one of them. */
void dn_add_in_order(dn_dtype type, const void *const *contributions, int ranks, size_t count,
                     void *sum);

#endif
