/* SPDX-License-Identifier: MIT */
#include "train/engine/shared_norms.h"

#include "base/clock.h"

#include <math.h>

static void add_up(dn_engine *engine, double *values, int count)
{
    const dn_machines *machines = engine->options.machines;
    if (!machines || engine->shared != DN_OK)
        return;
    double start = dn_seconds();
    engine->shared = machines->sum(machines->context, values, (size_t)count);
    engine->waited += dn_seconds() - start;
}

void dn_share_images(dn_engine *engine)
{
    engine->all_images = engine->images;
    add_up(engine, &engine->all_images, 1);
}

/* Sums of values and of squares add up. In double, beside which the cancellation is nothing unless
 * a mean is millions of times the deviation. */
void dn_share_moments(dn_engine *engine, int maps, int channels)
{
    double *mean = engine->moments, *square = mean + channels;
    double own = (double)dn_map_pixels(engine, maps), all = dn_all_map_pixels(engine, maps);
    if (!engine->options.machines)
        return;
    for (int c = 0; c < channels; c++) {
        square[c] += own * mean[c] * mean[c];
        mean[c] *= own;
    }
    add_up(engine, mean, 2 * channels);
    for (int c = 0; c < channels; c++) {
        mean[c] /= all;
        square[c] = fmax(square[c] - all * mean[c] * mean[c], 0);
    }
}

void dn_share_sums(dn_engine *engine, int channels)
{
    add_up(engine, engine->moments, 2 * channels);
}
