/* SPDX-License-Identifier: MIT */
/* How pictures were scaled, from what the first norm recorded and the kernels before it.
 *
 * An output's mean is the sum of its kernel times the pictures' mean, its variance w' C w times
 * theirs, where C is how the samples that a window reads are correlated: in natural pictures, about
 * 0.95 to the power of their distance in pixels, and 0.9 between colours (docs/checking.md). */
#include "base/memory.h"
#include "check/agreement.h"

#include <math.h>
#include <stdlib.h>

#define BETWEEN_PIXELS 0.95
#define BETWEEN_COLOURS 0.9

static const struct {
    const char *name;
    double least_deviation, most_deviation, least_mean, most_mean;
} kinds[] = {
    {"0..1", 0.12, 0.36, 0.12, 0.8},  {"-1..1", 0.3, 0.62, -0.4, 0.4},
    {"normalised", 0.62, 2.5, -1, 1}, {"0..255 less a mean", 30, 130, -30, 30},
    {"0..255", 30, 130, 30, 200},     {"X-ray range", 200, 1000, -800, 800},
};

static const char *kind_of(double mean, double deviation)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (deviation > kinds[i].least_deviation && deviation < kinds[i].most_deviation &&
            mean > kinds[i].least_mean && mean < kinds[i].most_mean)
            return kinds[i].name;
    return NULL;
}

/* Of samples that lie `down` rows and `across` columns apart, at [down][across]. */
static void fill_correlations(int side, double *correlation)
{
    for (int down = 0; down < side; down++)
        for (int across = 0; across < side; across++)
            correlation[down * side + across] = pow(BETWEEN_PIXELS, hypot(down, across));
}

/* w' C w of one kernel, channels x side x side. */
static double expected_variance(const float *kernel, int channels, int side,
                                const double *correlation)
{
    int taps = side * side, count = channels * taps;
    double sum = 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) {
            int a = i % taps, b = j % taps;
            double pixels = correlation[abs(a / side - b / side) * side + abs(a % side - b % side)];
            sum += (double)kernel[i] * (double)kernel[j] * pixels *
                   (i / taps == j / taps ? 1 : BETWEEN_COLOURS);
        }
    return sum;
}

/* Least squares of one unknown each: recorded means against sums of kernels, in recorded
 * deviations; recorded variances against expected ones. */
static void fit(const dn_model *model, const dn_node *stem, const dn_node *reader,
                const double *correlation, dn_input_scale *scale)
{
    int side = dn_node_kernel(stem), size = stem->in * side * side;
    const float *kernel = model->tensors[stem->weight];
    const float *mean = model->tensors[reader->norm + 2],
                *variance = model->tensors[reader->norm + 3];
    double sums[4] = {0};
    for (int o = 0; o < stem->out; o++, kernel += size) {
        double sum = 0, spread = (double)variance[o] + model->arch.bn_epsilon;
        double expected = expected_variance(kernel, stem->in, side, correlation);
        for (int i = 0; i < size; i++)
            sum += (double)kernel[i];
        sums[0] += sum * (double)mean[o] / spread;
        sums[1] += sum * sum / spread;
        sums[2] += expected * (double)variance[o];
        sums[3] += expected * expected;
    }
    scale->mean = sums[0] / sums[1];
    scale->deviation = sqrt(sums[2] / sums[3]);
    scale->kind = kind_of(scale->mean, scale->deviation);
}

static dn_status estimate(const dn_model *model, const dn_graph *graph, dn_input_scale *scale)
{
    const dn_node *stem = &graph->nodes[0], *reader = dn_first_reader(graph, stem);
    if (!reader || reader->norm == DN_NONE || dn_statistics_are_young(model) ||
        !dn_norm_recorded(model, reader))
        return dn_fail(DN_ERROR_MISMATCH, "the network's first batch norm has recorded nothing");
    int side = dn_node_kernel(stem);
    double *correlation;
    DN_TRY(dn_calloc((size_t)side * (size_t)side, sizeof *correlation, &correlation));
    fill_correlations(side, correlation);
    fit(model, stem, reader, correlation, scale);
    free(correlation);
    return DN_OK;
}

dn_status dn_model_input_scale(const dn_model *model, dn_input_scale *scale)
{
    DN_NEED(model);
    DN_NEED(scale);
    dn_graph graph;
    DN_TRY(dn_graph_create(&model->arch, &graph));
    dn_status status = estimate(model, &graph, scale);
    dn_graph_free(&graph);
    return status;
}
