/* SPDX-License-Identifier: MIT */
#include "image/filter_taps.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pillow's filters: a function of the distance from an output's centre, in
 * input samples where the picture grows, in output samples where it shrinks. */
typedef struct filter_kernel {
    double (*weight)(double distance);
    double support;
} filter_kernel;

static double triangle(double x)
{
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

/* Keys's cubic with a = -1/2. */
static double cubic(double x)
{
    const double a = -0.5;
    x = fabs(x);
    if (x < 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2)
        return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

static const filter_kernel kernels[] = {
    [DN_BILINEAR] = {triangle, 1},
    [DN_BICUBIC] = {cubic, 2},
};

/* What all outputs of a resampling have in common. */
typedef struct tap_plan {
    int in;
    int64_t start;
    double scale; /* input samples per output */

    const filter_kernel *kernel; /* Pillow's filters: ... */
    double support, inverse;     /* extent of the kernel; kernel units per input sample */

    double *bell; /* ... or the Gaussian: radius + 1 weights, from its middle */
    int radius;
} tap_plan;

/* Input samples first .. end-1. */
typedef struct tap_span {
    int64_t first, end;
} tap_span;

/* SciPy truncates its Gaussian at four standard deviations; scikit-image blurs
 * with sigma (scale - 1) / 2, and not at all if the picture grows. */
static dn_status prepare_gaussian(tap_plan *plan)
{
    double sigma = plan->scale > 1 ? (plan->scale - 1) / 2 : 0, sum = 1;
    plan->radius = (int)(4 * sigma + 0.5);
    DN_TRY(dn_alloc_aligned((size_t)plan->radius + 1, sizeof(double), &plan->bell));
    plan->bell[0] = 1;
    for (int t = 1; t <= plan->radius; t++) {
        plan->bell[t] = exp(-0.5 * t * t / (sigma * sigma));
        sum += 2 * plan->bell[t];
    }
    for (int t = 0; t <= plan->radius; t++)
        plan->bell[t] /= sum;
    return DN_OK;
}

static void prepare_pillow(tap_plan *plan, const filter_kernel *kernel)
{
    double spread = plan->scale < 1 ? 1 : plan->scale;
    plan->kernel = kernel;
    plan->support = kernel->support * spread;
    plan->inverse = 1 / spread;
}

/* The centre of an output, in input samples: Pillow counts from a sample's
 * edge, SciPy from its middle. */
static double centre_of(const tap_plan *plan, int output)
{
    double edge = ((double)(plan->start + output) + 0.5) * plan->scale;
    return plan->bell ? edge - 0.5 : edge;
}

static tap_span span_of(const tap_plan *plan, int output)
{
    double centre = centre_of(plan, output);
    tap_span span;
    if (plan->bell) {
        span.first = (int64_t)floor(centre) - plan->radius;
        span.end = (int64_t)floor(centre) + plan->radius + 2;
    } else {
        span.first = (int64_t)(centre - plan->support + 0.5);
        span.end = (int64_t)(centre + plan->support + 0.5);
    }
    span.first = span.first < 0 ? 0 : span.first;
    span.end = span.end > plan->in ? plan->in : span.end;
    return span;
}

/* The order of operations is Pillow's, so that the bits are too. */
static void pillow_weights(const tap_plan *plan, int output, tap_span span, double *weights)
{
    double centre = centre_of(plan, output), sum = 0;
    int64_t length = span.end - span.first;
    for (int64_t t = 0; t < length; t++) {
        double distance = (double)(t + span.first) - centre + 0.5;
        weights[t] = plan->kernel->weight(distance * plan->inverse);
        sum += weights[t];
    }
    for (int64_t t = 0; t < length && sum != 0; t++)
        weights[t] /= sum;
}

/* Linear interpolation between two blurred samples: their taps overlap and add
 * up. Everything outside the picture counts as zero, blurred or not. */
static void gaussian_weights(const tap_plan *plan, int output, tap_span span, double *weights)
{
    double centre = centre_of(plan, output);
    int64_t left = (int64_t)floor(centre);
    double share = centre - (double)left;
    for (int64_t at = span.first; at < span.end; at++) {
        int64_t from_left = llabs(at - left), from_right = llabs(at - left - 1);
        double weight = 0;
        if (left >= 0 && from_left <= plan->radius)
            weight += (1 - share) * plan->bell[from_left];
        if (left + 1 < plan->in && from_right <= plan->radius)
            weight += share * plan->bell[from_right];
        weights[at - span.first] = weight;
    }
}

static int32_t to_fixed(double weight)
{
    return (int32_t)(weight * (1 << DN_TAP_BITS) + (weight < 0 ? -0.5 : 0.5));
}

static dn_status allocate(const tap_plan *plan, int count, dn_taps *taps)
{
    int64_t longest = 1;
    for (int i = 0; i < count; i++) {
        tap_span span = span_of(plan, i);
        longest = span.end - span.first > longest ? span.end - span.first : longest;
    }
    if (longest < plan->in)
        longest += longest % 2;
    size_t weights;
    if (!dn_multiply((size_t)longest, (size_t)count, &weights))
        return dn_fail_memory(SIZE_MAX);
    taps->count = count;
    taps->length = (int)longest;
    DN_TRY(dn_alloc_aligned((size_t)count, sizeof *taps->first, &taps->first));
    if (plan->bell)
        return dn_alloc_aligned(weights, sizeof *taps->exact, &taps->exact);
    DN_TRY(dn_alloc_aligned(weights, sizeof *taps->fixed, &taps->fixed));
    return longest % 2 ? DN_OK : dn_alloc_aligned(weights / 2, sizeof *taps->halves, &taps->halves);
}

static dn_status fill(const tap_plan *plan, dn_taps *taps)
{
    size_t length = (size_t)taps->length;
    double *weights;
    DN_TRY(dn_alloc_aligned(length, sizeof *weights, &weights));
    for (int i = 0; i < taps->count; i++) {
        tap_span span = span_of(plan, i);
        int64_t last = plan->in - taps->length;
        taps->first[i] = (int)(span.first < last ? span.first : last);
        memset(weights, 0, length * sizeof *weights);
        double *own = weights + (span.first - taps->first[i]);
        if (plan->bell)
            gaussian_weights(plan, i, span, own);
        else
            pillow_weights(plan, i, span, own);
        for (size_t t = 0; t < length; t++)
            if (plan->bell)
                taps->exact[(size_t)i * length + t] = weights[t];
            else
                taps->fixed[(size_t)i * length + t] = to_fixed(weights[t]);
    }
    free(weights);
    return DN_OK;
}

static void split_weights(dn_taps *taps)
{
    size_t pairs = (size_t)taps->count * (size_t)taps->length / 2;
    for (size_t i = 0; i < pairs; i++)
        for (int half = 0; half < 2; half++) {
            int32_t weight = taps->fixed[2 * i + (size_t)half], high = (weight + 128) >> 8;
            taps->halves[i][half] = (int16_t)high;
            taps->halves[i][2 + half] = (int16_t)(weight - 256 * high);
        }
}

dn_status dn_taps_create(dn_filter filter, int in, int64_t out, int64_t start, int count,
                         dn_taps *taps)
{
    tap_plan plan = {.in = in, .start = start, .scale = (double)in / (double)out};
    dn_status status = DN_OK;
    *taps = (dn_taps){0};
    if (filter == DN_GAUSSIAN)
        status = prepare_gaussian(&plan);
    else
        prepare_pillow(&plan, &kernels[filter]);
    if (status == DN_OK)
        status = allocate(&plan, count, taps);
    if (status == DN_OK)
        status = fill(&plan, taps);
    if (status == DN_OK && taps->halves)
        split_weights(taps);
    free(plan.bell);
    if (status != DN_OK)
        dn_taps_free(taps);
    return status;
}

void dn_taps_free(dn_taps *taps)
{
    free(taps->first);
    free(taps->fixed);
    free(taps->exact);
    free(taps->halves);
    *taps = (dn_taps){0};
}
