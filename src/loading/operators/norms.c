/* SPDX-License-Identifier: MIT */
#include "loading/operators/norms.h"

#include "loading/operators/arrays.h"

#include <math.h>
#include <string.h>

enum { WEIGHT, BIAS, MEAN, VARIANCE };

/* Usual values as their authors meant them: files have them as floats. */
static double meant(float epsilon)
{
    static const double usual[] = {1e-5, 1.001e-5, 1e-3, 1e-4, 1e-6, 2e-5};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if ((float)usual[i] == epsilon)
            return usual[i];
    return (double)epsilon;
}

static dn_status create(dn_walk *w, dn_walk_norm **made)
{
    *made = NULL;
    return dn_pool_alloc(&w->file->pool, 1, sizeof **made, made);
}

static dn_status set_floats(dn_walk *w, int channels, dn_walk_norm *norm, int part, float **data)
{
    dn_tensor *tensor;
    DN_TRY(dn_array_floats(w->file, (size_t)channels, &tensor, data));
    norm->parts[part] = tensor;
    return DN_OK;
}

/* A part as floats: what it is without one is `usual`. */
static dn_status read_part(dn_walk *w, const dn_walk_norm *norm, int part, int channels,
                           float usual, const float **out)
{
    float *made = NULL;
    if (norm && norm->parts[part])
        return dn_array_read(w->file, norm->parts[part], (size_t)channels, out);
    DN_TRY(dn_pool_alloc(&w->file->pool, (size_t)channels, sizeof *made, &made));
    for (int c = 0; c < channels; c++)
        made[c] = usual;
    *out = made;
    return DN_OK;
}

/* What it does, as a factor and a term. */
static dn_status as_line(dn_walk *w, const dn_walk_norm *norm, int channels, double **factors,
                         double **terms)
{
    const float *parts[DN_NORM_PARTS];
    bool plain = !norm || dn_norm_is_plain(norm);
    for (int p = 0; p < DN_NORM_PARTS; p++)
        DN_TRY(read_part(w, norm, p, channels, p == WEIGHT || p == VARIANCE, &parts[p]));
    DN_TRY(dn_pool_alloc(&w->file->pool, (size_t)channels, sizeof **factors, factors));
    DN_TRY(dn_pool_alloc(&w->file->pool, (size_t)channels, sizeof **terms, terms));
    for (int c = 0; c < channels; c++) {
        double deviation = plain ? 1 : sqrt((double)parts[VARIANCE][c] + norm->epsilon);
        (*factors)[c] = (double)parts[WEIGHT][c] / deviation;
        (*terms)[c] = (double)parts[BIAS][c] - (double)parts[MEAN][c] * (*factors)[c];
    }
    return DN_OK;
}

static bool is_vector(const dn_tensor *tensor, int channels)
{
    return tensor && dn_dtype_is_float(tensor->dtype) && tensor->count == (size_t)channels;
}

/* A term before the norm is taken off its mean, as by a bias of the convolution before it. */
static dn_status subtract(dn_walk *w, const dn_walk_norm *before, int channels, dn_walk_norm *made)
{
    const float *terms, *means;
    float *shifted;
    DN_TRY(dn_array_read(w->file, before->parts[BIAS], (size_t)channels, &terms));
    DN_TRY(dn_array_read(w->file, made->parts[MEAN], (size_t)channels, &means));
    DN_TRY(set_floats(w, channels, made, MEAN, &shifted));
    for (int c = 0; c < channels; c++)
        shifted[c] = means[c] - terms[c];
    return DN_OK;
}

static dn_status only_adds(dn_walk *w, const dn_walk_norm *norm, int channels, bool *adds)
{
    const float *factors;
    DN_TRY(dn_array_read(w->file, norm->parts[WEIGHT], (size_t)channels, &factors));
    *adds = dn_norm_is_plain(norm);
    for (int c = 0; c < channels; c++)
        *adds = *adds && factors[c] == 1;
    return DN_OK;
}

static dn_status join_lines(dn_walk *w, const dn_walk_norm *before, int channels,
                            dn_walk_norm *made)
{
    double *factors, *terms, *later_factors, *later_terms;
    float *weight, *bias;
    DN_TRY(as_line(w, before, channels, &factors, &terms));
    DN_TRY(as_line(w, made, channels, &later_factors, &later_terms));
    *made = (dn_walk_norm){0};
    DN_TRY(set_floats(w, channels, made, WEIGHT, &weight));
    DN_TRY(set_floats(w, channels, made, BIAS, &bias));
    for (int c = 0; c < channels; c++) {
        weight[c] = (float)(factors[c] * later_factors[c]);
        bias[c] = (float)(terms[c] * later_factors[c] + later_terms[c]);
    }
    return DN_OK;
}

dn_status dn_norm_append(dn_walk *w, const dn_walk_norm *before, const dn_operator *item,
                         int channels, const dn_walk_norm **out)
{
    const dn_attribute *epsilon = dn_operator_attribute(item, "epsilon");
    dn_walk_norm *made;
    bool adds = false;
    *out = NULL;
    DN_TRY(create(w, &made));
    made->epsilon = epsilon ? meant(epsilon->real) : 1e-5;
    for (int p = 0; p < DN_NORM_PARTS; p++) {
        const dn_tensor *part = dn_walk_constant(w, item, 1 + p);
        if (!is_vector(part, channels))
            return DN_OK;
        DN_TRY(dn_array_reshape(w->file, part, 1, (const int64_t[]){channels}, &made->parts[p]));
    }
    if (!(made->epsilon > 0 && made->epsilon < 1))
        return DN_OK;
    *out = made;
    if (before)
        DN_TRY(only_adds(w, before, channels, &adds));
    if (!before)
        return DN_OK;
    return adds ? subtract(w, before, channels, made) : join_lines(w, before, channels, made);
}

dn_status dn_norm_scale(dn_walk *w, const dn_walk_norm *before, const float *factors,
                        const float *terms, int channels, const dn_walk_norm **out)
{
    const float *weight, *bias;
    float *scaled, *shifted;
    dn_walk_norm *made;
    DN_TRY(create(w, &made));
    if (before)
        *made = *before;
    DN_TRY(read_part(w, before, WEIGHT, channels, 1, &weight));
    DN_TRY(read_part(w, before, BIAS, channels, 0, &bias));
    DN_TRY(set_floats(w, channels, made, WEIGHT, &scaled));
    DN_TRY(set_floats(w, channels, made, BIAS, &shifted));
    for (int c = 0; c < channels; c++) {
        float factor = factors ? factors[c] : 1;
        scaled[c] = weight[c] * factor;
        shifted[c] = bias[c] * factor + (terms ? terms[c] : 0);
    }
    *out = made;
    return DN_OK;
}

dn_status dn_norm_join(dn_walk *w, const dn_walk_norm *const *norms, const int *channels, int count,
                       const dn_walk_norm **out)
{
    int total = 0, at = 0;
    dn_walk_norm *made;
    float *weights, *biases;
    for (int i = 0; i < count; i++)
        total += channels[i];
    DN_TRY(create(w, &made));
    DN_TRY(set_floats(w, total, made, WEIGHT, &weights));
    DN_TRY(set_floats(w, total, made, BIAS, &biases));
    for (int i = 0; i < count; at += channels[i++]) {
        const float *weight, *bias;
        DN_TRY(read_part(w, norms[i], WEIGHT, channels[i], 1, &weight));
        DN_TRY(read_part(w, norms[i], BIAS, channels[i], 0, &bias));
        memcpy(weights + at, weight, (size_t)channels[i] * sizeof *weight);
        memcpy(biases + at, bias, (size_t)channels[i] * sizeof *bias);
    }
    *out = made;
    return DN_OK;
}

/* A variance that gives the same with another epsilon. */
static dn_status move_variance(dn_walk *w, const dn_walk_norm *norm, int channels, double epsilon,
                               const dn_tensor **out)
{
    const float *variance;
    float *moved;
    dn_tensor *made;
    *out = norm->parts[VARIANCE];
    if (norm->epsilon == epsilon)
        return DN_OK;
    DN_TRY(read_part(w, norm, VARIANCE, channels, 1, &variance));
    DN_TRY(dn_array_floats(w->file, (size_t)channels, &made, &moved));
    for (int c = 0; c < channels; c++)
        moved[c] = (float)((double)variance[c] + norm->epsilon - epsilon);
    *out = made;
    return DN_OK;
}

/* A factor and a term as a norm that has recorded nothing: mean 0, variance 1. */
static dn_status norm_plainly(dn_walk *w, const dn_walk_norm *norm, int channels, double epsilon,
                              const dn_tensor *parts[DN_NORM_PARTS])
{
    const float *weight;
    float *data[DN_NORM_PARTS];
    dn_walk_norm made = {.parts = {NULL}};
    DN_TRY(read_part(w, norm, WEIGHT, channels, 1, &weight));
    for (int p = 0; p < DN_NORM_PARTS; p++)
        DN_TRY(set_floats(w, channels, &made, p, &data[p]));
    for (int c = 0; c < channels; c++) {
        data[WEIGHT][c] = (float)((double)weight[c] * sqrt(1 + epsilon));
        data[VARIANCE][c] = 1;
    }
    memcpy(parts, made.parts, sizeof made.parts);
    if (norm && norm->parts[BIAS])
        parts[BIAS] = norm->parts[BIAS];
    return DN_OK;
}

dn_status dn_norm_finish(dn_walk *w, const dn_walk_norm *norm, const int *order, int channels,
                         double epsilon, const dn_tensor *parts[DN_NORM_PARTS])
{
    if (!norm || dn_norm_is_plain(norm)) {
        DN_TRY(norm_plainly(w, norm, channels, epsilon, parts));
    } else {
        memcpy(parts, norm->parts, sizeof norm->parts);
        DN_TRY(move_variance(w, norm, channels, epsilon, &parts[VARIANCE]));
    }
    for (int p = 0; p < DN_NORM_PARTS && order; p++)
        DN_TRY(dn_array_reorder(w->file, parts[p], 0, order, &parts[p]));
    return DN_OK;
}
