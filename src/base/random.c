/* SPDX-License-Identifier: MIT */
#include "base/random.h"

#include <math.h>

dn_random dn_random_seed(uint64_t seed, uint64_t stream)
{
    dn_random random = {.state = 0, .stream = stream << 1 | 1};
    dn_random_bits(&random);
    random.state += seed;
    dn_random_bits(&random);
    return random;
}

uint32_t dn_random_bits(dn_random *random)
{
    uint64_t old = random->state;
    random->state = old * 6364136223846793005u + random->stream;
    uint32_t mixed = (uint32_t)(((old >> 18) ^ old) >> 27), turn = (uint32_t)(old >> 59);
    return mixed >> turn | mixed << (-turn & 31);
}

float dn_random_float(dn_random *random)
{
    return (float)(dn_random_bits(random) >> 8) * 0x1p-24f;
}

uint32_t dn_random_below(dn_random *random, uint32_t bound)
{
    uint32_t excess = -bound % bound; /* the first values that would favour low results */
    uint32_t bits;
    do
        bits = dn_random_bits(random);
    while (bits < excess);
    return bits % bound;
}

double dn_random_normal(dn_random *random)
{
    /* Box and Muller; 1 - u keeps the logarithm's argument above zero. */
    double radius = sqrt(-2 * log(1 - (double)dn_random_bits(random) * 0x1p-32));
    return radius * cos(6.283185307179586 * (double)dn_random_bits(random) * 0x1p-32);
}
