/* SPDX-License-Identifier: MIT */
/* Lays weights out in panels, a few outputs or channels at a time, so that threads can
 * share the work. */
#include "kernels/kernels.h"

#include "base/arithmetic.h"

#include <string.h>

/* The window of (output, channel), `area` weights, which are to be read from the last to
 * the first if the convolution is transposed. */
static const float *window_of(const dn_weights *weights, int output, int channel)
{
    size_t area = (size_t)weights->kernel * (size_t)weights->kernel;
    size_t row = (size_t)(weights->transposed ? channel : output);
    size_t column = (size_t)(weights->transposed ? output : channel);
    size_t length = (size_t)(weights->transposed ? weights->outputs : weights->channels);
    return weights->data + (row * length + column) * area;
}

static float factor_of(const dn_weights *weights, int output)
{
    return weights->scale ? weights->scale[output] * weights->factor : weights->factor;
}

typedef struct packing {
    const dn_kernels *kernels;
    const dn_weights *weights;
    unsigned char *out; /* elements of weights->type */
} packing;

/* The panels' element `at`, if they are floats, else NULL: training lays weights out at
 * every step, and writes floats where they belong at once. */
static float *floats_at(const packing *p, size_t at)
{
    return p->weights->type == DN_F32 ? (float *)(void *)p->out + at : NULL;
}

/* Without a call: training lays weights of bfloat16 out at every step, too. */
static void store_half(unsigned char *to, float value)
{
    uint16_t half = dn_bf16_of_float(value);
    memcpy(to, &half, sizeof half);
}

/* Stores values of a row that begins so many numbers into the panels: `count` of its `width`
 * outputs, from `first` on. */
static void store_halves(const packing *p, size_t begin, int first, int count, int width,
                         const float *values)
{
    unsigned char *to = p->out + begin * sizeof(uint16_t);
    for (int n = 0; n < count; n++) {
        int at = dn_row_position(p->kernels, DN_BF16, width, first + n);
        store_half(to + (size_t)at * sizeof(uint16_t), values[n]);
    }
}

/* The same of row k of a panel, `panel` elements into the panels, of which pairs or fours of
 * rows are side by side. */
static void store_together(const packing *p, size_t panel, int k, int first, int count, int width,
                           const float *values)
{
    dn_dtype type = p->weights->type;
    size_t size = dn_dtype_size(type);
    int together = type == DN_I8 ? 4 : 2, within = k % together;
    unsigned char *to = p->out + (panel + (size_t)(k - within) * (size_t)width) * size;
    for (int n = 0; n < count; n++) {
        unsigned char *element = to + (size_t)(together * (first + n) + within) * size;
        if (type == DN_I8)
            *element = (unsigned char)dn_weight_byte(values[n]);
        else
            store_half(element, values[n]);
    }
}

/* Fills a row of a panel: one weight for each of `count` outputs, `stride` apart. */
static void fill_row(const float *weight, ptrdiff_t stride, const float *factors, float factor,
                     int count, float *row)
{
    for (int n = 0; n < count; n++)
        row[n] = weight[n * stride] * factors[n] * factor;
}

static void pack_outputs(const packing *p, int first, int end)
{
    static const float no_weights[DN_PACK_PIECE];
    const dn_kernels *kernels = p->kernels;
    const dn_weights *weights = p->weights;
    int unit = dn_packed_panels(kernels, DN_WINDOW_DIRECT, weights, NULL).unit;
    int area = weights->kernel * weights->kernel, depth = area * weights->channels;
    int rows = dn_panel_rows(depth, unit);
    ptrdiff_t stride = weights->transposed ? area : depth;
    for (int start = first; start < end; start += kernels->tile_channels) {
        int valid = dn_min(kernels->tile_channels, weights->outputs - start);
        int width = dn_ceil_divide(valid, kernels->lanes) * kernels->lanes;
        float factors[DN_PACK_PIECE], row[DN_PACK_PIECE] = {0};
        for (int n = 0; n < valid; n++)
            factors[n] = factor_of(weights, start + n);
        size_t panel = dn_panel_index(kernels, rows, weights->outputs, 0, start);
        if (valid < width && floats_at(p, panel))
            memset(floats_at(p, panel), 0, (size_t)depth * (size_t)width * sizeof(float));
        for (int c = 0; c < weights->channels; c++) {
            const float *window = window_of(weights, start, c);
            float factor = weights->channel_scale ? weights->channel_scale[c] : 1;
            for (int w = 0; w < area; w++) {
                int k = w * weights->channels + c;
                size_t at = panel + (size_t)k * (size_t)width;
                float *floats = floats_at(p, at);
                fill_row(window + (weights->transposed ? area - 1 - w : w), stride, factors, factor,
                         valid, floats ? floats : row);
                if (unit)
                    store_together(p, panel, k, 0, width, width, row);
                else if (!floats)
                    store_halves(p, at, 0, width, width, row);
            }
        }
        for (int k = depth; k < rows; k++)
            store_together(p, panel, k, 0, width, width, no_weights);
    }
}

/* ---- Winograd ---- */

/* Kernels that are transformed at once; every level's full panel is a multiple of this. */
#define BESIDE 8

/* G of F(4x4, 3x3) times (g0, g1, g2). For each finite point x, the row is the value of
 * g0 + g1 x + g2 x^2 divided by the product of the differences x - other point; for
 * infinity it is g2. If inlined, it would be fully unrolled and spill all registers. */
#define P DN_WINOGRAD_P
#define Q DN_WINOGRAD_Q
#define OVER_0 (1 / (P * P * Q * Q))
#define OVER_P (1 / (2 * P * P * (P * P - Q * Q)))
#define OVER_Q (1 / (2 * Q * Q * (Q * Q - P * P)))
__attribute__((noinline)) static void transform_line(const double g0[restrict BESIDE],
                                                     const double g1[restrict BESIDE],
                                                     const double g2[restrict BESIDE],
                                                     double out[restrict 6][BESIDE])
{
    for (int n = 0; n < BESIDE; n++) {
        double even_p = OVER_P * g0[n] + OVER_P * P * P * g2[n], odd_p = OVER_P * P * g1[n];
        double even_q = OVER_Q * g0[n] + OVER_Q * Q * Q * g2[n], odd_q = OVER_Q * Q * g1[n];
        out[0][n] = OVER_0 * g0[n];
        out[1][n] = even_p + odd_p;
        out[2][n] = even_p - odd_p;
        out[3][n] = even_q + odd_q;
        out[4][n] = even_q - odd_q;
        out[5][n] = g2[n];
    }
}

/* out[i][j] = (G g G^T)_ij of each kernel. */
static void transform_kernels(double g[9][BESIDE], double out[6][6][BESIDE])
{
    double columns[3][6][BESIDE];
    for (int j = 0; j < 3; j++)
        transform_line(g[j], g[3 + j], g[6 + j], columns[j]);
    for (int i = 0; i < 6; i++)
        transform_line(columns[0][i], columns[1][i], columns[2][i], out[i]);
}

/* The kernels of outputs start .. start + BESIDE - 1, zeros past the last. */
static void read_kernels(const dn_weights *weights, int start, int channel, double g[9][BESIDE])
{
    int valid = dn_max(0, dn_min(BESIDE, weights->outputs - start));
    for (int n = 0; n < valid; n++) {
        const float *window = window_of(weights, start + n, channel);
        double factor = (double)factor_of(weights, start + n);
        for (int w = 0; w < 9; w++)
            g[w][n] = (double)window[weights->transposed ? 8 - w : w] * factor;
    }
    for (int n = valid; n < BESIDE; n++)
        for (int w = 0; w < 9; w++)
            g[w][n] = 0;
}

/* Row k of each of the 36 matrices: the weights of outputs start .. start + BESIDE - 1. */
static void store_transformed(const packing *p, const dn_panels *panels, int k, int start,
                              double transformed[6][6][BESIDE])
{
    const dn_kernels *kernels = p->kernels;
    int padded = dn_ceil_divide(panels->outputs, kernels->lanes) * kernels->lanes;
    int within = start % kernels->tile_channels, first = start - within;
    int width = dn_min(kernels->tile_channels, padded - first);
    int count = dn_min(BESIDE, padded - start), rows = dn_panel_rows(panels->depth, panels->unit);
    size_t panel = dn_panel_index(kernels, rows, panels->outputs, 0, first);
    size_t row = panel + (size_t)k * (size_t)width;
    size_t plane = dn_winograd_stride(panels, kernels->lanes);
    float *floats = floats_at(p, row + (size_t)within);
    for (int i = 0; floats && i < 36; i++)
        for (int n = 0; n < count; n++)
            floats[(size_t)i * plane + (size_t)n] = (float)transformed[i / 6][i % 6][n];
    for (int i = 0; !floats && i < 36; i++) {
        float values[BESIDE];
        for (int n = 0; n < BESIDE; n++)
            values[n] = (float)transformed[i / 6][i % 6][n];
        if (panels->unit)
            store_together(p, panel + (size_t)i * plane, k, within, count, width, values);
        else
            store_halves(p, row + (size_t)i * plane, within, count, width, values);
    }
}

static void pack_channels(const packing *p, int first, int end)
{
    int lanes = p->kernels->lanes, channels = p->weights->channels;
    dn_panels panels = dn_packed_panels(p->kernels, DN_WINDOW_WINOGRAD, p->weights, NULL);
    int padded = dn_ceil_divide(panels.outputs, lanes) * lanes;
    int last = end == channels ? dn_panel_rows(channels, panels.unit) : end;
    for (int c = first; c < last; c++)
        for (int start = 0; start < padded; start += BESIDE) {
            double g[9][BESIDE] = {{0}}, transformed[6][6][BESIDE];
            if (c < channels)
                read_kernels(p->weights, start, c, g);
            transform_kernels(g, transformed);
            store_transformed(p, &panels, c, start, transformed);
        }
}

void dn_pack_piece(const dn_kernels *kernels, dn_window_form form, const dn_weights *weights,
                   int piece, void *out)
{
    const packing p = {kernels, weights, out};
    bool winograd = form == DN_WINDOW_WINOGRAD;
    int first = piece * DN_PACK_PIECE, all = winograd ? weights->channels : weights->outputs;
    int end = dn_min(first + DN_PACK_PIECE, all);
    if (winograd)
        pack_channels(&p, first, end);
    else
        pack_outputs(&p, first, end);
}

/* Winograd's algorithm reads four times the weights to multiply a quarter as
 * much, in whole 4x4 tiles. As measured, it takes at most half the time from 8x8
 * on, and the same time at 7x7 once two threads share four tiles. The choice must not
 * depend on threads or batch, since the two forms round differently. */
dn_window_form dn_choose_form(const dn_kernels *kernels, int height, int width)
{
    return kernels->winograd && height >= 8 && width >= 8 ? DN_WINDOW_WINOGRAD : DN_WINDOW_DIRECT;
}
