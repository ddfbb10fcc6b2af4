/* SPDX-License-Identifier: MIT */
/* The distributions of all maps as a network's norms record them: a mean and a variance per
 * channel, which are taken as those of a normal distribution. */
#include "quantise/quantiser.h"

#include <math.h>

/* How far such a distribution reaches, in deviations. */
#define REACH 5.0

/* Of maps before the norm of their last reader, or of activated maps after it. */
static void fill_maps(dn_quantiser *q, int number)
{
    const dn_maps *maps = &q->graph.maps[number];
    const dn_node *reader = &q->graph.nodes[maps->last_reader];
    const float *const *norm = q->model->tensors + reader->norm;
    bool activated = dn_is_activated(maps);
    for (int c = 0; c < maps->channels; c++) {
        double mean = (double)norm[activated ? 1 : 2][c];
        double deviation = activated ? fabs((double)norm[0][c]) : sqrt(fmax(0, (double)norm[3][c]));
        dn_histogram_normal(&q->maps[number][c], mean, deviation, REACH, activated);
    }
}

/* Of what the network's preprocessing makes of bytes; nothing is filled if it has none. */
static dn_status fill_pictures(dn_quantiser *q)
{
    float values[3][256];
    if (!q->model->has_preprocess)
        return dn_fail(DN_ERROR_ARGUMENT, "without pictures and without a pipeline in the "
                                          "network, the range of its input is not known");
    dn_preprocess_values(&q->model->preprocess, values);
    for (int c = 0; c < q->model->preprocess.channels; c++)
        for (int i = 0; i < 256; i++)
            dn_histogram_add(&q->pictures, values[c][i]);
    return DN_OK;
}

dn_status dn_distributions_of_norms(dn_quantiser *q)
{
    DN_TRY(fill_pictures(q));
    for (int i = 0; i < q->graph.map_count; i++)
        if (q->maps[i])
            fill_maps(q, i);
    return DN_OK;
}
