/* SPDX-License-Identifier: MIT */
#include "kernels/vectors.h"

#include "base/arithmetic.h"

#include <math.h>

/* Channels that a task sums at once. */
#define RUN 64

static int runs(const dn_vector_pool *op)
{
    return dn_ceil_divide(op->channels, RUN);
}

int dn_vector_pool_tasks(const dn_vector_pool *op)
{
    return op->input.images * runs(op);
}

/* What the pool reads at a pixel. */
static float activated(const dn_vector_pool *op, int image, int y, int x, int channel)
{
    float value =
        dn_map_value(op->maps, &op->input, image, y, x, channel) * op->affine.scale[channel] +
        op->affine.shift[channel];
    return !op->affine.linear && value < 0 ? 0 : value;
}

/* A window of the maps. */
typedef struct window {
    int top, left, height, width;
} window;

static window window_of(const dn_vector_pool *op, int cell)
{
    int height = op->input.height / op->rows, width = op->input.width / op->columns;
    return (window){cell / op->columns * height, cell % op->columns * width, height, width};
}

/* Means and maxima of `count` channels from `first` on. */
static void pool_window(const dn_vector_pool *op, int image, window w, int first, int count,
                        double *mean, float *most)
{
    for (int c = 0; c < count; c++) {
        mean[c] = 0;
        most[c] = -INFINITY;
    }
    for (int y = w.top; y < w.top + w.height; y++)
        for (int x = w.left; x < w.left + w.width; x++) {
            for (int c = 0; c < count; c++) {
                float value = activated(op, image, y, x, first + c);
                mean[c] += (double)value;
                most[c] = value > most[c] ? value : most[c];
            }
        }
    for (int c = 0; c < count; c++)
        mean[c] /= (double)w.height * w.width;
}

/* A channel's numbers, or one of a grid. */
static void write_pooled(const dn_vector_pool *op, int channel, int cell, float mean, float most,
                         float *out)
{
    bool means_first = op->pool == DN_POOL_MEAN_MAX;
    switch (op->pool) {
    case DN_POOL_MEAN:
    case DN_POOL_GRID:
        out[(ptrdiff_t)channel * op->rows * op->columns + cell] = mean;
        break;
    case DN_POOL_MAX_MEAN:
    case DN_POOL_MEAN_MAX:
        out[channel] = means_first ? mean : most;
        out[op->channels + channel] = means_first ? most : mean;
        break;
    case DN_POOL_MAX:
        out[channel] = most;
        break;
    case DN_POOL_AVGMAX:
        out[channel] = 0.5f * (mean + most);
        break;
    }
}

void dn_pool_vectors(const dn_vector_pool *op, int task)
{
    int image = task / runs(op), first = task % runs(op) * RUN;
    int count = dn_min(op->channels - first, RUN), cells = op->rows * op->columns;
    float *out = op->output + image * op->stride, most[RUN];
    double mean[RUN];
    for (int cell = 0; cell < cells; cell++) {
        pool_window(op, image, window_of(op, cell), first, count, mean, most);
        for (int i = 0; i < count; i++) {
            int c = first + i;
            write_pooled(op, c, cell, (float)mean[i], most[i], out);
        }
    }
}

/* ---- backward ---- */

/* The first of the largest pixels, as in PyTorch. */
static int largest_pixel(const dn_vector_pool *op, int image, int channel)
{
    int best = 0, width = op->input.width, pixels = op->input.height * width;
    float most = -INFINITY;
    for (int p = 0; p < pixels; p++) {
        float value = activated(op, image, p / width, p % width, channel);
        if (value > most) {
            most = value;
            best = p;
        }
    }
    return best;
}

/* The gradients of a channel's mean and maximum. */
static void split_gradient(const dn_vector_pool *op, const float *gradient, int channel,
                           float *mean, float *most)
{
    bool means_first = op->pool == DN_POOL_MEAN_MAX, both = op->pool == DN_POOL_AVGMAX;
    float first = gradient[channel];
    if (op->pool == DN_POOL_MAX || both) {
        *most = both ? 0.5f * first : first;
        *mean = both ? 0.5f * first : 0;
        return;
    }
    float second = gradient[op->channels + channel];
    *mean = means_first ? first : second;
    *most = means_first ? second : first;
}

static void spread_maxima(const dn_vector_pool *op, int image, const float *gradient, dn_rows out)
{
    int channels = op->channels, pixels = op->input.height * op->input.width;
    for (int c = 0; c < channels; c++) {
        float mean, most;
        split_gradient(op, gradient, c, &mean, &most);
        for (int p = 0; p < pixels; p++)
            out.data[p * out.stride + c] = mean / (float)pixels;
        out.data[largest_pixel(op, image, c) * out.stride + c] += most;
    }
}

static void spread_cells(const dn_vector_pool *op, const float *gradient, dn_rows out)
{
    int cells = op->rows * op->columns;
    for (int cell = 0; cell < cells; cell++) {
        window w = window_of(op, cell);
        float area = (float)(w.height * w.width);
        for (int y = w.top; y < w.top + w.height; y++)
            for (int x = w.left; x < w.left + w.width; x++)
                for (int c = 0; c < op->channels; c++)
                    out.data[(y * op->input.width + x) * out.stride + c] =
                        gradient[(ptrdiff_t)c * cells + cell] / area;
    }
}

void dn_spread_vector(const dn_vector_pool *op, int image, const float *gradient, dn_rows out)
{
    int pixels = op->input.height * op->input.width;
    if (op->pool == DN_POOL_GRID)
        spread_cells(op, gradient, out);
    else if (op->pool != DN_POOL_MEAN)
        spread_maxima(op, image, gradient, out);
    else
        for (int p = 0; p < pixels; p++)
            for (int c = 0; c < op->channels; c++)
                out.data[p * out.stride + c] = gradient[c];
}

void dn_map_vector(const dn_vector_map *op, int vector)
{
    const float *in = op->in + vector * op->in_stride;
    float *out = op->out + vector * op->out_stride;
    for (int c = 0; c < op->channels; c++)
        out[c] = !op->affine.scale ? (in[c] > 0 ? in[c] : 0)
                                   : in[c] * op->affine.scale[c] + op->affine.shift[c];
}
