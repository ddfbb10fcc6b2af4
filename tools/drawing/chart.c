/* SPDX-License-Identifier: MIT */
#include "drawing/chart.h"

#include "drawing/chart_plane.h"
#include "drawing/drawing.h"
#include "drawing/drawn_text.h"
#include "ui/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MARGIN_LEFT 78
#define MARGIN_RIGHT 24
#define MARGIN_TOP 46
#define MARGIN_BOTTOM 52
#define KEY 32       /* a line of the legend */
#define KEY_TEXT 400 /* the most for a label */
#define KEY_GAP 18   /* between its entries */
#define KEY_ROW 22   /* height of its rows, where they are several */
#define MOST_KEY_ROWS 6

static void set_grey(cairo_t *context, double grey)
{
    cairo_set_source_rgb(context, grey, grey, grey);
}

static void draw_line(cairo_t *context, double x0, double y0, double x1, double y1)
{
    cairo_move_to(context, x0, y0);
    cairo_line_to(context, x1, y1);
    cairo_stroke(context);
}

static void draw_ticks(const chart_plane *p, const chart_panel *panel)
{
    cairo_t *context = p->context;
    char text[32];
    for (int i = 0; i < p->y.ticks; i++) {
        double value = p->y.first + i * p->y.step, y = floor(chart_plane_down(p, value)) + 0.5;
        set_grey(context, 0.88);
        draw_line(context, p->left, y, p->right, y);
        set_grey(context, 0.3);
        snprintf(text, sizeof text, panel->percent ? "%.6g%%" : "%.6g",
                 fabs(value) < p->y.step / 1e6 ? 0 : value * (panel->percent ? 100 : 1));
        drawn_text(context, text, p->left - 8, y + 5, 1);
    }
    for (int i = 0; i < p->x.ticks; i++) {
        double value = p->x.first + i * p->x.step + 0.0; /* no -0 */
        snprintf(text, sizeof text, "%.10g", value);
        double most = p->right + MARGIN_RIGHT - 2 - drawn_text_width(context, text) / 2;
        drawn_text(context, text, fmin(chart_plane_across(p, value), most), p->bottom + 20, 0.5);
    }
}

static void draw_axes(const chart_plane *p, const chart_panel *panel)
{
    cairo_t *context = p->context;
    cairo_set_line_width(context, 1);
    drawn_text_size(context, 14);
    draw_ticks(p, panel);
    drawn_text(context, panel->x_label, (p->left + p->right) / 2, p->bottom + 41, 0.5);
    draw_line(context, p->left, floor(p->bottom) + 0.5, p->right, floor(p->bottom) + 0.5);
}

/* ---------------------------------------------------------------- legend */

static double key_width(cairo_t *context, const chart_series *series)
{
    if (!series->label || !series->count)
        return 0;
    return KEY + fmin(drawn_text_width(context, series->label), KEY_TEXT) + KEY_GAP;
}

static void draw_key(cairo_t *context, const chart_series *series, double x, double y)
{
    chart_set_style(context, series);
    draw_line(context, x, y - 5, x + KEY - 7, y - 5);
    cairo_set_dash(context, NULL, 0, 0);
    if (series->dots)
        chart_draw_dot(context, x + (KEY - 7) / 2.0, y - 5);
    set_grey(context, 0.2);
    drawn_text_within(context, series->label, x + KEY, y, 0, KEY_TEXT);
}

static double legend_width(cairo_t *context, const chart_panel *panel)
{
    double width = -KEY_GAP;
    for (int i = 0; i < panel->count; i++)
        width += key_width(context, &panel->series[i]);
    return width;
}

static int keys_from(const chart_panel *panel, int first)
{
    int count = 0;
    for (int i = first; i < panel->count; i++)
        count += panel->series[i].label && panel->series[i].count;
    return count;
}

/* In rows of this width below the title; returns how many there are. */
static int lay_rows(cairo_t *context, const chart_panel *panel, double left, double top,
                    double width, bool draws)
{
    double x = 0;
    int row = 0;
    for (int i = 0; i < panel->count; i++) {
        const chart_series *series = &panel->series[i];
        double each = key_width(context, series);
        if (x > 0 && x + each > width) {
            x = 0;
            row++;
        }
        if (row == MOST_KEY_ROWS) {
            char text[64];
            snprintf(text, sizeof text, "and %d more", keys_from(panel, i));
            if (draws)
                drawn_text(context, text, left, top + row * KEY_ROW, 0);
            break;
        }
        if (draws && each > 0)
            draw_key(context, series, left + x, top + row * KEY_ROW);
        x += each;
    }
    return row + 1;
}

/* Right-aligned beside the title, where there is room. */
static void draw_legend(const chart_plane *p, const chart_panel *panel, double top, int rows)
{
    drawn_text_size(p->context, 14);
    if (rows) {
        lay_rows(p->context, panel, p->left, top + MARGIN_TOP + 4, p->right - p->left, true);
        return;
    }
    double x = p->right - legend_width(p->context, panel);
    for (int i = 0; i < panel->count; i++)
        if (key_width(p->context, &panel->series[i]) > 0) {
            draw_key(p->context, &panel->series[i], x, p->top - 16);
            x += key_width(p->context, &panel->series[i]);
        }
}

static int rows_needed(cairo_t *context, const chart_panel *panel, double width)
{
    drawn_text_size(context, 17);
    double title = drawn_text_width(context, panel->title);
    drawn_text_size(context, 14);
    if (title + KEY_GAP + legend_width(context, panel) <= width)
        return 0;
    return lay_rows(context, panel, 0, 0, width, false);
}

/* ---------------------------------------------------------------- panels */

/* What the curves do not show. */
static void draw_note(const chart_plane *p)
{
    char text[128];
    set_grey(p->context, 0.3);
    drawn_text_size(p->context, 14);
    if (p->points == 0) {
        drawn_text(p->context, "no numbers", (p->left + p->right) / 2, (p->top + p->bottom) / 2,
                   0.5);
        return;
    }
    if (p->outside == 0)
        return;
    bool above = p->most > p->y.high, below = p->least < p->y.low;
    int length = snprintf(text, sizeof text, "outside: %d point%s, ", p->outside,
                          p->outside == 1 ? "" : "s");
    if (below)
        length += snprintf(text + length, sizeof text - (size_t)length, "down to %.4g%s", p->least,
                           above ? ", " : "");
    if (above)
        snprintf(text + length, sizeof text - (size_t)length, "up to %.4g", p->most);
    drawn_text(p->context, text, p->right, p->bottom + 41, 1);
}

static void draw_panel(cairo_t *context, const chart_panel *panel, chart_plane *p, double top,
                       double width, double height)
{
    int rows = rows_needed(context, panel, width - MARGIN_LEFT - MARGIN_RIGHT);
    p->context = context;
    p->left = MARGIN_LEFT;
    p->top = top + MARGIN_TOP + rows * KEY_ROW;
    p->right = width - MARGIN_RIGHT;
    p->bottom = top + height - MARGIN_BOTTOM;
    drawn_text_size(context, 17);
    set_grey(context, 0.1);
    drawn_text(context, panel->title, p->left, top + MARGIN_TOP - 16, 0);
    draw_axes(p, panel);
    for (int i = 0; i < panel->count; i++)
        chart_draw_series(p, &panel->series[i]);
    draw_note(p);
    draw_legend(p, panel, top, rows);
}

int chart_outside(const chart_panel *panel)
{
    chart_plane fitted;
    return chart_plane_fit(&fitted, panel) ? fitted.outside : -1;
}

typedef struct sheet {
    const chart_panel *panels;
    chart_plane *planes;
    int count, width, height;
} sheet;

static void draw_sheet(cairo_t *context, const void *drawn)
{
    const sheet *s = drawn;
    double height = (double)s->height / s->count;
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_paint(context);
    for (int i = 0; i < s->count; i++)
        draw_panel(context, &s->panels[i], &s->planes[i], height * i, s->width, height);
}

bool chart_write(const chart_panel *panels, int count, int width, int height, const char *path)
{
    sheet drawn = {panels, calloc((size_t)count, sizeof(chart_plane)), count, width, height};
    bool sound = drawn.planes != NULL;
    for (int i = 0; sound && i < count; i++)
        sound = chart_plane_fit(&drawn.planes[i], &panels[i]);
    sound = sound ? drawing_write(draw_sheet, &drawn, width, height, path)
                  : complain("out of memory for curves");
    free(drawn.planes);
    return sound;
}
