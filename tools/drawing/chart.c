/* SPDX-License-Identifier: MIT */
#include "drawing/chart.h"

#include "drawing/drawing.h"

#include <math.h>
#include <stdio.h>

#define MARGIN_LEFT 78
#define MARGIN_RIGHT 24
#define MARGIN_TOP 46
#define MARGIN_BOTTOM 52

/* Distinguishable for most people with a colour-vision deficiency (Okabe and Ito). */
static const double palette[][3] = {
    {0.00, 0.45, 0.70}, {0.84, 0.37, 0.00}, {0.00, 0.62, 0.45},
    {0.80, 0.47, 0.65}, {0.90, 0.62, 0.00}, {0.34, 0.71, 0.91},
};
#define COLOURS ((int)(sizeof palette / sizeof *palette))

typedef struct span {
    double low, high;
} span;

typedef struct plane {
    cairo_t *context;
    double left, top, right, bottom; /* of the drawing, in its units */
    span x, y;
} plane;

static void extend(span *range, double value)
{
    if (!isfinite(value))
        return;
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
}

static double across(const plane *p, double x)
{
    return p->left + (x - p->x.low) / (p->x.high - p->x.low) * (p->right - p->left);
}

static double down(const plane *p, double y)
{
    return p->bottom - (y - p->y.low) / (p->y.high - p->y.low) * (p->bottom - p->top);
}

/* 1, 2 or 5 times a power of ten, so that about `wanted` steps cover the range. */
static double tick_step(span range, int wanted)
{
    double rough = (range.high - range.low) / wanted, power = pow(10, floor(log10(rough)));
    double share = rough / power;
    return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
}

static void widen_to_ticks(span *range, int wanted, bool share)
{
    if (!(range->high > range->low)) {
        double middle = isfinite(range->low) ? range->low : 0;
        *range = share ? (span){0, 1} : (span){middle - 0.5, middle + 0.5};
    }
    double step, before = 0;
    for (int i = 0; i < 4 && (step = tick_step(*range, wanted)) != before; i++) {
        range->low = floor(range->low / step + 1e-9) * step;
        range->high = ceil(range->high / step - 1e-9) * step;
        before = step; /* a wider range may need wider steps */
    }
}

static void set_grey(cairo_t *context, double grey)
{
    cairo_set_source_rgb(context, grey, grey, grey);
}

/* align 0: from x on, 0.5: centred, 1: up to x. */
static void show_text(cairo_t *context, const char *text, double x, double y, double align)
{
    cairo_text_extents_t extents;
    cairo_text_extents(context, text, &extents);
    cairo_move_to(context, x - align * extents.x_advance, y);
    cairo_show_text(context, text);
}

static void draw_line(cairo_t *context, double x0, double y0, double x1, double y1)
{
    cairo_move_to(context, x0, y0);
    cairo_line_to(context, x1, y1);
    cairo_stroke(context);
}

static void draw_axes(const plane *p, const chart_panel *panel)
{
    cairo_t *context = p->context;
    char text[32];
    double y_step = tick_step(p->y, 5), x_step = fmax(1, tick_step(p->x, 8));
    cairo_set_line_width(context, 1);
    cairo_set_font_size(context, 14);
    for (int i = 0; p->y.low + i * y_step <= p->y.high + y_step / 2; i++) {
        double value = p->y.low + i * y_step, y = floor(down(p, value)) + 0.5;
        set_grey(context, 0.88);
        draw_line(context, p->left, y, p->right, y);
        set_grey(context, 0.3);
        snprintf(text, sizeof text, panel->percent ? "%.6g%%" : "%.6g",
                 fabs(value) < y_step / 1e6 ? 0 : value * (panel->percent ? 100 : 1));
        show_text(context, text, p->left - 8, y + 5, 1);
    }
    for (double i = ceil(p->x.low / x_step - 1e-6); i * x_step <= p->x.high + x_step / 1e6; i++) {
        double value = i * x_step + 0.0; /* no -0 */
        snprintf(text, sizeof text, "%.6g", value);
        show_text(context, text, across(p, value), p->bottom + 20, 0.5);
    }
    show_text(context, panel->x_label, (p->left + p->right) / 2, p->bottom + 41, 0.5);
    set_grey(context, 0.3);
    draw_line(context, p->left, floor(p->bottom) + 0.5, p->right, floor(p->bottom) + 0.5);
    cairo_set_font_size(context, 17);
    set_grey(context, 0.1);
    show_text(context, panel->title, p->left, p->top - 16, 0);
}

static void set_style(cairo_t *context, const chart_series *series)
{
    const double *rgb = palette[series->colour % COLOURS];
    double dash[] = {7, 5};
    cairo_set_source_rgba(context, rgb[0], rgb[1], rgb[2], series->faint ? 0.3 : 1);
    cairo_set_line_width(context, series->width);
    cairo_set_dash(context, dash, series->dashed ? 2 : 0, 0);
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
}

static void draw_dot(cairo_t *context, double x, double y)
{
    cairo_arc(context, x, y, 3, 0, 2 * M_PI);
    cairo_fill(context);
}

static void draw_series(const plane *p, const chart_series *series)
{
    cairo_t *context = p->context;
    bool open = false;
    set_style(context, series);
    for (int i = 0; i < series->count; i++) {
        if (!isfinite(series->x[i]) || !isfinite(series->y[i])) {
            open = false;
            continue;
        }
        double x = across(p, series->x[i]), y = down(p, series->y[i]);
        if (open)
            cairo_line_to(context, x, y);
        else
            cairo_move_to(context, x, y);
        open = true;
    }
    cairo_stroke(context);
    cairo_set_dash(context, NULL, 0, 0);
    for (int i = 0; series->dots && i < series->count; i++) {
        if (!isfinite(series->x[i]) || !isfinite(series->y[i]))
            continue;
        draw_dot(context, across(p, series->x[i]), down(p, series->y[i]));
    }
}

/* Right-aligned above the drawing. */
static void draw_legend(const plane *p, const chart_panel *panel)
{
    cairo_t *context = p->context;
    double x = p->right, y = p->top - 16;
    cairo_set_font_size(context, 14);
    for (int i = panel->count - 1; i >= 0; i--) {
        const chart_series *series = &panel->series[i];
        if (!series->label || series->count == 0)
            continue;
        cairo_text_extents_t extents;
        cairo_text_extents(context, series->label, &extents);
        x -= extents.x_advance;
        set_grey(context, 0.2);
        show_text(context, series->label, x, y, 0);
        set_style(context, series);
        draw_line(context, x - 32, y - 5, x - 7, y - 5);
        cairo_set_dash(context, NULL, 0, 0);
        if (series->dots)
            draw_dot(context, x - 19.5, y - 5);
        x -= 50;
    }
}

static void draw_panel(cairo_t *context, const chart_panel *panel, double top, double width,
                       double height)
{
    plane p = {.context = context,
               .left = MARGIN_LEFT,
               .top = top + MARGIN_TOP,
               .right = width - MARGIN_RIGHT,
               .bottom = top + height - MARGIN_BOTTOM,
               .x = {HUGE_VAL, -HUGE_VAL},
               .y = {HUGE_VAL, -HUGE_VAL}};
    for (int i = 0; i < panel->count; i++)
        for (int j = 0; j < panel->series[i].count; j++)
            if (isfinite(panel->series[i].y[j])) {
                extend(&p.x, panel->series[i].x[j]);
                extend(&p.y, panel->series[i].y[j]);
            }
    if (isfinite(p.x.high) && p.x.low > 0 && (p.x.low == p.x.high || p.x.low <= p.x.high / 2))
        p.x.low = 0;
    if (!(p.x.high > p.x.low))
        p.x = (span){isfinite(p.x.low) ? p.x.low - 0.5 : 0, isfinite(p.x.low) ? p.x.low + 0.5 : 1};
    widen_to_ticks(&p.y, 5, panel->share);
    draw_axes(&p, panel);
    for (int i = 0; i < panel->count; i++)
        draw_series(&p, &panel->series[i]);
    draw_legend(&p, panel);
}

void chart_draw(cairo_t *context, const chart_panel *panels, int count, double width, double height)
{
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_paint(context);
    cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    for (int i = 0; i < count; i++)
        draw_panel(context, &panels[i], height / count * i, width, height / count);
}

typedef struct sheet {
    const chart_panel *panels;
    int count, width, height;
} sheet;

static void draw_sheet(cairo_t *context, const void *drawn)
{
    const sheet *s = drawn;
    chart_draw(context, s->panels, s->count, s->width, s->height);
}

bool chart_write(const chart_panel *panels, int count, int width, int height, const char *path)
{
    sheet drawn = {panels, count, width, height};
    return drawing_write(draw_sheet, &drawn, width, height, path);
}
