/* SPDX-License-Identifier: MIT */
#include "data/augment/draw.h"

#include <math.h>

/* The finaliser of SplitMix64 (Steele, Lea, Flood, 2014): neighbouring counters
 * must not give neighbouring generators. */
static uint64_t scramble(uint64_t value)
{
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

dn_random dn_draw_for(dn_purpose purpose, uint64_t seed, int64_t epoch, int64_t index)
{
    uint64_t key = scramble(seed);
    key = scramble(key ^ (uint64_t)purpose);
    key = scramble(key ^ (uint64_t)epoch);
    key = scramble(key ^ (uint64_t)index);
    return dn_random_seed(key, scramble(key));
}

double dn_draw_uniform(dn_random *random, double low, double high)
{
    return low + (high - low) * (double)dn_random_bits(random) * 0x1p-32;
}

bool dn_draw_chance(dn_random *random, double probability)
{
    return dn_draw_uniform(random, 0, 1) < probability;
}

/* Marsaglia and Tsang, 2000, for shape >= 1. */
static double draw_gamma(dn_random *random, double shape)
{
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = dn_random_normal(random), v = 1 + c * x;
        double u = 1 - dn_draw_uniform(random, 0, 1);
        if (v <= 0)
            continue;
        v = v * v * v;
        if (log(u) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

/* Gamma(a) is Gamma(a + 1) u^(1/a); for small a both would underflow, so the
 * quotient is taken on logarithms. */
double dn_draw_beta(dn_random *random, double alpha)
{
    double logs[2];
    for (int i = 0; i < 2; i++) {
        double gamma = draw_gamma(random, alpha + 1);
        logs[i] = log(gamma) + log(1 - dn_draw_uniform(random, 0, 1)) / alpha;
    }
    return 1 / (1 + exp(logs[1] - logs[0]));
}

/* 53 bits, so that of millions of samples each has its chance. */
static double draw_fine(dn_random *random)
{
    uint64_t high = dn_random_bits(random) >> 6, low = dn_random_bits(random) >> 5;
    return (double)(high << 27 | low) * 0x1p-53;
}

int dn_draw_share(dn_random *random, const double *shares, int count)
{
    double drawn = draw_fine(random) * shares[count - 1];
    int low = 0, high = count - 1;
    while (low < high) { /* the first whose sum is above what was drawn */
        int middle = low + (high - low) / 2;
        if (shares[middle] > drawn)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

void dn_draw_order(dn_random *random, int *items, int count)
{
    for (int left = count; left > 1; left--) {
        uint32_t chosen = dn_random_below(random, (uint32_t)left);
        int last = items[left - 1];
        items[left - 1] = items[chosen];
        items[chosen] = last;
    }
}
