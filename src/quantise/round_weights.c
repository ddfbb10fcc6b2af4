/* SPDX-License-Identifier: MIT */
/* A convolution's weights as whole numbers: with the scale of each output that rounds them with
 * the least error, or as wide as they are. */
#include "quantise/reader.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Fractions of an output's largest weight that are tried as the largest. */
#define TRIALS 40
#define SMALLEST 0.5

/* An output's weights in units of its input's bytes, `count` of them. */
static double rounding_error(const double *weights, size_t count, double scale)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double rounded = fmin(fmax(nearbyint(weights[i] / scale), -127), 127) * scale;
        sum += (weights[i] - rounded) * (weights[i] - rounded);
    }
    return sum;
}

static double choose_scale(const dn_range_rule *rule, const double *weights, size_t count)
{
    double most = 0, best, least = INFINITY;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(weights[i]));
    if (SMALLEST * most / 127 < (double)DN_LEAST_SCALE) /* as good as 0 */
        return 1;
    best = most / 127;
    for (int trial = 0; rule->method == DN_RANGE_MSE && trial <= TRIALS; trial++) {
        double scale = (1 - (1 - SMALLEST) * trial / TRIALS) * most / 127;
        double error = rounding_error(weights, count, scale);
        if (error < least) {
            least = error;
            best = scale;
        }
    }
    return (double)(float)best;
}

typedef struct rounding {
    dn_part_means *means; /* of the input's channels */
    double *units;        /* an output's weights */
    float *rounded;       /* all weights */
} rounding;

/* Rounds an output's weights, and makes up on average for what that takes from its sum. */
static void round_output(const dn_reader *r, int n, const rounding *to)
{
    size_t count = dn_weights_per_output(r->node), area = count / (size_t)r->node->in;
    const float *weights = dn_exact_weights(r) + (size_t)n * count, *unit = r->numbers->input_scale;
    float *rounded = to->rounded + (size_t)n * count;
    for (size_t i = 0; i < count; i++)
        to->units[i] = (double)weights[i] * (double)unit[i / area];
    double scale = choose_scale(&r->q->rule, to->units, count), missing = 0;
    r->numbers->weight_scale[n] = (float)scale;
    for (size_t i = 0; i < count; i++) {
        double whole = fmin(fmax(nearbyint(to->units[i] / scale), -127), 127);
        double value = whole * scale / (double)unit[i / area];
        const dn_part_means *mean = &to->means[i / area];
        rounded[i] = (float)value;
        missing += (double)weights[i] * mean->exact - value * mean->rounded;
    }
    r->numbers->bias[n] = (float)missing;
}

static dn_status round_all(const dn_reader *r, const rounding *to)
{
    const float *unit = r->numbers->input_scale;
    for (int c = 0; c < r->node->in; c++)
        to->means[c] = dn_mean_of_part(&r->parts[c], r->activated, (double)unit[c],
                                       (int)r->numbers->input_zero);
    for (int n = 0; n < r->node->out; n++)
        round_output(r, n, to);
    return dn_model_set_tensor(r->q->model, r->node->weight, to->rounded,
                               (size_t)r->node->out * dn_weights_per_output(r->node));
}

dn_status dn_round_weights(const dn_reader *r)
{
    size_t count = dn_weights_per_output(r->node);
    rounding to = {0};
    dn_status status = dn_calloc((size_t)r->node->in, sizeof *to.means, &to.means);
    if (status == DN_OK)
        status = dn_calloc(count, sizeof *to.units, &to.units);
    if (status == DN_OK)
        status = dn_calloc((size_t)r->node->out * count, sizeof *to.rounded, &to.rounded);
    if (status == DN_OK)
        status = round_all(r, &to);
    free(to.means);
    free(to.units);
    free(to.rounded);
    return status;
}

dn_status dn_keep_weights(const dn_reader *r)
{
    for (int n = 0; n < r->node->out; n++)
        r->numbers->weight_scale[n] = 1;
    return dn_model_set_tensor(r->q->model, r->node->weight, dn_exact_weights(r),
                               (size_t)r->node->out * dn_weights_per_output(r->node));
}
