/* SPDX-License-Identifier: MIT */
#include "drawing/noise_bars.h"

#include "drawing/drawing.h"
#include "drawing/drawn_text.h"

#include <math.h>
#include <stdio.h>

#define NAMES 190 /* pixels for them */
#define WIDTH 760
#define TOP 64
#define ROW 18
#define FOOT 40
#define MOST_ROWS 60

typedef struct bars {
    const layer_noise *noise;
    const char *title;
    int rows, decibels; /* that the scale reaches */
} bars;

/* The next ten above all that are finite. */
static int scale_of(const bars *b)
{
    double most = 1;
    for (int i = 0; i < b->rows; i++) {
        double ratio = layer_noise_ratio(&b->noise->layers[i]);
        if (isfinite(ratio))
            most = fmax(most, ratio);
    }
    return 10 * (int)ceil(most / 10);
}

static double across(const bars *b, double decibels)
{
    double share = fmin(fmax(decibels, 0), b->decibels) / b->decibels;
    return NAMES + share * (WIDTH - NAMES - 70);
}

static void draw_scale(cairo_t *context, const bars *b)
{
    double bottom = TOP + b->rows * ROW + 4;
    for (int decibels = 0; decibels <= b->decibels; decibels += 10) {
        char text[16];
        double x = floor(across(b, decibels)) + 0.5;
        cairo_set_source_rgb(context, 0.86, 0.86, 0.86);
        cairo_move_to(context, x, TOP - 6);
        cairo_line_to(context, x, bottom);
        cairo_stroke(context);
        cairo_set_source_rgb(context, 0.3, 0.3, 0.3);
        snprintf(text, sizeof text, "%d dB", decibels);
        drawn_text(context, text, x, bottom + 18, 0.5);
    }
}

static void draw_row(cairo_t *context, const bars *b, int row)
{
    const noisy_layer *layer = &b->noise->layers[row];
    double y = TOP + row * ROW, ratio = layer_noise_ratio(layer), end = across(b, ratio);
    char text[32];
    cairo_set_source_rgb(context, 0.2, 0.2, 0.2);
    drawn_text_within(context, layer->name, NAMES - 10, y + 12, 1, NAMES - 20);
    cairo_set_source_rgb(context, 0.12, 0.47, 0.71);
    cairo_rectangle(context, NAMES, y + 2, end - NAMES, ROW - 5);
    cairo_fill(context);
    cairo_set_source_rgb(context, 0.2, 0.2, 0.2);
    snprintf(text, sizeof text,
             isfinite(ratio) ? "%.1f"
             : ratio > 0     ? "exact"
                             : "no signal",
             ratio);
    drawn_text(context, text, end + 6, y + 12, 0);
}

/* Says that not all layers are drawn. */
static void draw_left_out(cairo_t *context, const bars *b)
{
    char text[64];
    if (b->noise->count == (size_t)b->rows)
        return;
    cairo_set_source_rgb(context, 0.3, 0.3, 0.3);
    snprintf(text, sizeof text, "the worst %d of %zu", b->rows, b->noise->count);
    drawn_text(context, text, 16, 46, 0);
}

static void draw(cairo_t *context, const void *drawn)
{
    const bars *b = drawn;
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_paint(context);
    drawn_text_size(context, 16);
    cairo_set_source_rgb(context, 0.1, 0.1, 0.1);
    drawn_text_within(context, b->title, 16, 28, 0, WIDTH - 32);
    drawn_text_size(context, 12);
    cairo_set_line_width(context, 1);
    draw_scale(context, b);
    draw_left_out(context, b);
    for (int i = 0; i < b->rows; i++)
        draw_row(context, b, i);
}

bool noise_bars_write(const layer_noise *noise, const char *title, const char *path)
{
    bars b = {noise, title, noise->count < MOST_ROWS ? (int)noise->count : MOST_ROWS, 0};
    b.decibels = scale_of(&b);
    return drawing_write(draw, &b, WIDTH, TOP + b.rows * ROW + FOOT, path);
}
