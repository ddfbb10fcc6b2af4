/* SPDX-License-Identifier: MIT */
/* The confusion matrix as a picture: one row per true class, shaded by its share. */
#include "drawing/drawing.h"
#include "reports/evaluation_report.h"

#include <math.h>
#include <stdio.h>

#define MOST_NUMBERED 40 /* most classes for which cells show their count */
#define CAPTION_EMS 18   /* room for the line below, in sizes of the text */
#define PICTURE 900      /* of the cells, where there are many */

typedef struct matrix {
    const dn_evaluation *evaluation;
    const dn_model *model;
    const dn_dataset *data;
    double cell, margin, label; /* sizes in pixels; label: of the labels' text */
} matrix;

static void show(cairo_t *context, const char *text, double x, double y, double align)
{
    cairo_text_extents_t extents;
    cairo_text_extents(context, text, &extents);
    cairo_move_to(context, x - align * extents.x_advance, y);
    cairo_show_text(context, text);
}

static void draw_cell(cairo_t *context, const matrix *m, int row, int column)
{
    const dn_evaluation *evaluation = m->evaluation;
    int n = evaluation->outputs;
    double count = evaluation->confusion[row * n + column];
    double share = count / fmax(1, (double)evaluation->results[row].support);
    double x = m->margin + column * m->cell, y = m->margin + row * m->cell;
    double dark = pow(share, 0.6);
    const double right[3] = {0.00, 0.45, 0.70}, wrong[3] = {0.84, 0.37, 0.00};
    const double *ink = row == column ? right : wrong;
    cairo_set_source_rgb(context, 1 - dark * (1 - ink[0]), 1 - dark * (1 - ink[1]),
                         1 - dark * (1 - ink[2]));
    cairo_rectangle(context, x, y, m->cell, m->cell);
    cairo_fill(context);
    if (n > MOST_NUMBERED || count == 0)
        return;
    char text[16];
    snprintf(text, sizeof text, "%.0f", count);
    double grey = dark > 0.6 ? 1 : 0.15;
    cairo_set_source_rgb(context, grey, grey, grey);
    show(context, text, x + m->cell / 2, y + m->cell / 2 + m->label * 0.35, 0.5);
}

static void draw_labels(cairo_t *context, const matrix *m)
{
    cairo_set_source_rgb(context, 0.15, 0.15, 0.15);
    for (int i = 0; i < m->evaluation->outputs; i++) {
        const char *name = evaluation_label(m->model, m->data, i);
        double middle = m->margin + (i + 0.5) * m->cell;
        show(context, name, m->margin - 8, middle + m->label * 0.35, 1);
        cairo_save(context);
        cairo_translate(context, middle + m->label * 0.35, m->margin - 8);
        cairo_rotate(context, -M_PI / 2);
        show(context, name, 0, 0, 0);
        cairo_restore(context);
    }
}

static void draw(cairo_t *context, const void *drawn)
{
    const matrix *m = drawn;
    int n = m->evaluation->outputs;
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_paint(context);
    cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(context, m->label);
    for (int row = 0; row < n; row++)
        for (int column = 0; column < n; column++)
            draw_cell(context, m, row, column);
    cairo_set_source_rgb(context, 0.6, 0.6, 0.6);
    cairo_set_line_width(context, 1);
    cairo_rectangle(context, m->margin, m->margin, n * m->cell, n * m->cell);
    cairo_stroke(context);
    if (n <= MOST_NUMBERED)
        draw_labels(context, m);
    cairo_set_source_rgb(context, 0.15, 0.15, 0.15);
    show(context, "rows: truth, columns: prediction", m->margin, m->margin + n * m->cell + 24, 0);
}

bool evaluation_draw_confusion(const dn_evaluation *evaluation, const dn_model *model,
                               const dn_dataset *data, const char *path)
{
    int n = evaluation->outputs;
    bool few = n <= MOST_NUMBERED;
    matrix m = {evaluation,     model,
                data,           few ? fmax(26, fmin(64, 640.0 / n)) : (double)PICTURE / n,
                few ? 120 : 20, few && n <= 16 ? 14 : 11};
    int size = (int)ceil(m.margin + n * m.cell + 20);
    int width = (int)ceil(m.margin + CAPTION_EMS * m.label);
    return drawing_write(draw, &m, size > width ? size : width, size + 20, path);
}
