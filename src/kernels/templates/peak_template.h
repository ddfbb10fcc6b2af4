/* SPDX-License-Identifier: MIT */

/* As many independent sums as the register tile holds, to hide latency. */
static double peak(int rounds)
{
    enum { SUMS = DN_TILE_PIXELS * DN_TILE_VECTORS, UNROLL = 8 };
    volatile float opaque = 0.5f;
    vfloat sum[SUMS], factor = v_set(opaque), term = v_set(opaque);
    for (int i = 0; i < SUMS; i++)
        sum[i] = v_set((float)i);
    for (int round = 0; round < rounds; round++)
        for (int repeat = 0; repeat < UNROLL; repeat++)
            for (int i = 0; i < SUMS; i++)
                sum[i] = sum[i] * factor + term;
    for (int i = 0; i < SUMS; i++)
        opaque = sum[i][0];
    return 2.0 * rounds * UNROLL * SUMS * DN_LANES;
}
