/* SPDX-License-Identifier: MIT */
/* PCG32 (O'Neill, 2014): a seed gives the same numbers on every machine, the state is small
 * enough for a checkpoint, and streams are independent. */
#ifndef DN_BASE_RANDOM_H
#define DN_BASE_RANDOM_H

#include <stdint.h>

typedef struct dn_random {
    uint64_t state, stream;
} dn_random;

dn_random dn_random_seed(uint64_t seed, uint64_t stream);
uint32_t dn_random_bits(dn_random *random);

/* Uniform in [0, 1) with 24 bits, exact in float. */
float dn_random_float(dn_random *random);

/* Uniform in 0..bound-1, without bias; bound > 0. */
uint32_t dn_random_below(dn_random *random, uint32_t bound);

/* Normal, mean 0, variance 1. */
double dn_random_normal(dn_random *random);

#endif
