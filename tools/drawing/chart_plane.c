/* SPDX-License-Identifier: MIT */
#include "drawing/chart_plane.h"

#include <math.h>
#include <stdlib.h>

/* Distinguishable for most people with a colour-vision deficiency (Okabe and Ito). */
static const double palette[][3] = {
    {0.00, 0.45, 0.70}, {0.84, 0.37, 0.00}, {0.00, 0.62, 0.45},
    {0.80, 0.47, 0.65}, {0.90, 0.62, 0.00}, {0.34, 0.71, 0.91},
};
#define COLOURS ((int)(sizeof palette / sizeof *palette))

double chart_plane_across(const chart_plane *p, double x)
{
    return p->left + (x - p->x.low) / (p->x.high - p->x.low) * (p->right - p->left);
}

double chart_plane_down(const chart_plane *p, double y)
{
    return p->bottom - (y - p->y.low) / (p->y.high - p->y.low) * (p->bottom - p->top);
}

/* Far outside would be beyond cairo's coordinates. */
static double down_within(const chart_plane *p, double y)
{
    double height = p->y.high - p->y.low;
    return chart_plane_down(p, fmin(fmax(y, p->y.low - height), p->y.high + height));
}

static bool is_drawn(const chart_series *series, int i)
{
    return isfinite(series->x[i]) && isfinite(series->y[i]);
}

static bool is_outside(const axis *y, double value)
{
    double slack = (y->high - y->low) * 1e-9;
    return value < y->low - slack || value > y->high + slack;
}

static size_t points_of(const chart_panel *panel)
{
    size_t count = 0;
    for (int i = 0; i < panel->count; i++)
        count += (size_t)panel->series[i].count;
    return count;
}

bool chart_plane_fit(chart_plane *p, const chart_panel *panel)
{
    double *values = malloc((points_of(panel) + 1) * sizeof *values);
    double low = HUGE_VAL, high = -HUGE_VAL;
    p->points = p->outside = 0;
    for (int i = 0; values && i < panel->count; i++)
        for (int j = 0; j < panel->series[i].count; j++)
            if (is_drawn(&panel->series[i], j)) {
                low = fmin(low, panel->series[i].x[j]);
                high = fmax(high, panel->series[i].x[j]);
                values[p->points++] = panel->series[i].y[j];
            }
    if (!values)
        return false;
    p->x = axis_of_counts(low, high);
    p->y = axis_of_values(values, (size_t)p->points, panel->share);
    p->least = HUGE_VAL;
    p->most = -HUGE_VAL;
    free(values);
    for (int i = 0; i < panel->count; i++)
        for (int j = 0; j < panel->series[i].count; j++)
            if (is_drawn(&panel->series[i], j)) {
                p->least = fmin(p->least, panel->series[i].y[j]);
                p->most = fmax(p->most, panel->series[i].y[j]);
                p->outside += is_outside(&p->y, panel->series[i].y[j]);
            }
    return true;
}

void chart_set_style(cairo_t *context, const chart_series *series)
{
    const double *rgb = palette[series->colour % COLOURS];
    double dots[] = {2, 4};
    cairo_set_source_rgba(context, rgb[0], rgb[1], rgb[2], series->faint ? 0.3 : 1);
    cairo_set_line_width(context, series->width);
    cairo_set_dash(context, dots, series->colour / COLOURS % 2 ? 2 : 0, 0);
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
}

void chart_draw_dot(cairo_t *context, double x, double y)
{
    cairo_arc(context, x, y, 3, 0, 2 * M_PI);
    cairo_fill(context);
}

/* At the edge, pointing to where the value is. */
static void draw_arrow(const chart_plane *p, double x, bool above)
{
    double tip = above ? p->top : p->bottom, base = above ? tip + 10 : tip - 10;
    cairo_move_to(p->context, x, tip);
    cairo_line_to(p->context, x - 6, base);
    cairo_line_to(p->context, x + 6, base);
    cairo_close_path(p->context);
    cairo_fill(p->context);
}

/* A narrow column of the drawing, and what a line through any number of points shows in it. */
typedef struct column {
    double x, at; /* of its first point */
    double first, least, most, last;
    int points;
} column;

static void line_through(cairo_t *context, column *c)
{
    const double stops[] = {c->first, c->least, c->most, c->last};
    for (int i = 0; i < (c->points > 1 ? 4 : c->points); i++)
        cairo_line_to(context, c->x, stops[i]);
    c->points = 0;
}

static void add_to_column(cairo_t *context, column *c, double x, double y)
{
    double at = floor(2 * x);
    if (c->points && at != c->at)
        line_through(context, c);
    if (!c->points)
        *c = (column){x, at, y, y, y, y, 0};
    c->least = fmin(c->least, y);
    c->most = fmax(c->most, y);
    c->last = y;
    c->points++;
}

static void draw_curve(const chart_plane *p, const chart_series *series)
{
    column open = {0};
    cairo_new_path(p->context);
    for (int i = 0; i < series->count; i++)
        if (is_drawn(series, i)) {
            add_to_column(p->context, &open, chart_plane_across(p, series->x[i]),
                          down_within(p, series->y[i]));
        } else {
            line_through(p->context, &open);
            cairo_new_sub_path(p->context);
        }
    line_through(p->context, &open);
    cairo_stroke(p->context);
}

void chart_draw_series(const chart_plane *p, const chart_series *series)
{
    double marked[2] = {-HUGE_VAL, -HUGE_VAL}; /* where the last arrow is, below and above */
    chart_set_style(p->context, series);
    cairo_save(p->context);
    double margin = series->width / 2 + 1; /* a line on the edge shows whole */
    cairo_rectangle(p->context, p->left - margin, p->top - margin, p->right - p->left + 2 * margin,
                    p->bottom - p->top + 2 * margin);
    cairo_clip(p->context);
    draw_curve(p, series);
    cairo_restore(p->context);
    cairo_set_dash(p->context, NULL, 0, 0);
    for (int i = 0; i < series->count; i++) {
        if (!is_drawn(series, i))
            continue;
        double x = chart_plane_across(p, series->x[i]), y = series->y[i];
        bool above = y > p->y.high;
        if (!is_outside(&p->y, y)) {
            if (series->dots)
                chart_draw_dot(p->context, x, chart_plane_down(p, y));
        } else if (x >= marked[above] + 1) {
            draw_arrow(p, x, above);
            marked[above] = x;
        }
    }
}
