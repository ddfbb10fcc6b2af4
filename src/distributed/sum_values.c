/* SPDX-License-Identifier: MIT */
#include "distributed/sum_values.h"

#include "base/float_mode.h"

#define LINE 16   /* floats in a cache line */
#define BLOCK 512 /* values that are added at once, in the first-level cache */

size_t dn_slice_begin(size_t count, int ranks, int rank)
{
    size_t lines = (count + LINE - 1) / LINE;
    size_t first = lines * (size_t)rank / (size_t)ranks * LINE;
    return first < count ? first : count;
}

static void read_block(dn_dtype type, const void *data, size_t first, size_t count, double *values)
{
    if (type == DN_F32) {
        const float *from = (const float *)data + first;
        for (size_t i = 0; i < count; i++)
            values[i] = (double)from[i];
    } else if (type == DN_BF16) {
        const uint16_t *from = (const uint16_t *)data + first;
        for (size_t i = 0; i < count; i++)
            values[i] = (double)dn_float_of_bf16(from[i]);
    } else {
        memcpy(values, (const double *)data + first, count * sizeof *values);
    }
}

static void write_block(dn_dtype type, const double *values, size_t first, size_t count, void *data)
{
    if (type == DN_F32) {
        float *to = (float *)data + first;
        for (size_t i = 0; i < count; i++)
            to[i] = (float)values[i];
    } else if (type == DN_BF16) {
        uint16_t *to = (uint16_t *)data + first;
        for (size_t i = 0; i < count; i++)
            to[i] = dn_bf16_of_float((float)values[i]);
    } else {
        memcpy((double *)data + first, values, count * sizeof *values);
    }
}

/* In the library's way of computing, since in the callers' the ranks could differ. */
void dn_add_in_order(dn_dtype type, const void *const *contributions, int ranks, size_t count,
                     void *sum)
{
    double totals[BLOCK], values[BLOCK];
    dn_float_mode caller = dn_float_mode_enter();
    for (size_t first = 0; first < count; first += BLOCK) {
        size_t block = count - first < BLOCK ? count - first : BLOCK;
        read_block(type, contributions[0], first, block, totals);
        for (int rank = 1; rank < ranks; rank++) {
            read_block(type, contributions[rank], first, block, values);
            for (size_t i = 0; i < block; i++)
                totals[i] += values[i];
        }
        write_block(type, totals, first, block, sum);
    }
    dn_float_mode_leave(caller);
}
