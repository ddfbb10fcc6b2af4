/* SPDX-License-Identifier: MIT */
/* The confusion matrix as a picture: one row per true class, shaded by its share. */
#include "drawing/drawing.h"
#include "drawing/drawn_text.h"
#include "reports/evaluation_report.h"
#include "ui/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST_NAMED 40 /* most classes whose names and counts are shown */
#define PICTURE 900   /* of the cells, where there are more */
#define BORDER 20
#define GAP 8          /* between a label and the cells */
#define MOST_LABEL 480 /* a longer label's middle is left out */
#define LINE 18        /* of the text below */

typedef struct matrix {
    const dn_evaluation *evaluation;
    const dn_model *model;
    const dn_dataset *data;
    double cell, margin, label; /* sizes in pixels; label: of the labels' text */
    bool shortened;             /* some labels are: all are numbered */
    const char *caption[2];
} matrix;

static void draw_count(cairo_t *context, const matrix *m, double count, double x, double y)
{
    char text[16];
    snprintf(text, sizeof text, "%.0f", count);
    drawn_text_size(context, m->label);
    double size = m->label * fmin(1, (m->cell - 3) / drawn_text_width(context, text));
    drawn_text_size(context, size);
    drawn_text(context, text, x + m->cell / 2, y + m->cell / 2 + size * 0.35, 0.5);
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
    if (n > MOST_NAMED || count == 0)
        return;
    double grey = dark > 0.6 ? 1 : 0.15;
    cairo_set_source_rgb(context, grey, grey, grey);
    draw_count(context, m, count, x, y);
}

/* At (x, y), right-aligned or from there on. */
static void draw_name(cairo_t *context, const matrix *m, int output, double x, double y,
                      double align)
{
    char number[16] = "";
    double width = MOST_LABEL, before = 0;
    const char *name = evaluation_label(m->model, m->data, output);
    if (m->shortened) {
        snprintf(number, sizeof number, "%d  ", output + 1);
        before = drawn_text_width(context, number);
        width -= before;
    }
    if (align == 0)
        drawn_text(context, number, x, y, 0);
    drawn_text_within(context, name, align == 0 ? x + before : x, y, align, width);
    if (align > 0)
        drawn_text(context, number, x - fmin(drawn_text_width(context, name), width), y, 1);
}

static void draw_names(cairo_t *context, const matrix *m)
{
    cairo_set_source_rgb(context, 0.15, 0.15, 0.15);
    drawn_text_size(context, m->label);
    for (int i = 0; i < m->evaluation->outputs; i++) {
        double middle = m->margin + (i + 0.5) * m->cell + m->label * 0.35;
        draw_name(context, m, i, m->margin - GAP, middle, 1);
        cairo_save(context);
        cairo_translate(context, middle, m->margin - GAP);
        cairo_rotate(context, -M_PI / 2);
        draw_name(context, m, i, 0, 0, 0);
        cairo_restore(context);
    }
}

static void draw(cairo_t *context, const void *drawn)
{
    const matrix *m = drawn;
    int n = m->evaluation->outputs;
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_paint(context);
    for (int row = 0; row < n; row++)
        for (int column = 0; column < n; column++)
            draw_cell(context, m, row, column);
    cairo_set_source_rgb(context, 0.6, 0.6, 0.6);
    cairo_set_line_width(context, 1);
    cairo_rectangle(context, m->margin, m->margin, n * m->cell, n * m->cell);
    cairo_stroke(context);
    if (n <= MOST_NAMED)
        draw_names(context, m);
    cairo_set_source_rgb(context, 0.15, 0.15, 0.15);
    drawn_text_size(context, m->label);
    for (int i = 0; i < 2 && m->caption[i]; i++)
        drawn_text(context, m->caption[i], m->margin, m->margin + n * m->cell + 24 + i * LINE, 0);
}

/* Makes room for the widest label, and returns the width that the captions need; 0 if there is no
 * memory for that. */
static double measure(matrix *m)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1);
    cairo_t *context = cairo_create(surface);
    double widest = 0, caption = 0;
    drawn_text_size(context, m->label);
    for (int i = 0; i < m->evaluation->outputs && m->evaluation->outputs <= MOST_NAMED; i++)
        widest = fmax(widest, drawn_text_width(context, evaluation_label(m->model, m->data, i)));
    m->shortened = widest > MOST_LABEL;
    m->margin = BORDER + (widest > 0 ? GAP + fmin(widest, MOST_LABEL) : 0);
    if (m->shortened)
        m->caption[1] = "long names are shortened; a .csv has the classes in this order, whole";
    for (int i = 0; i < 2 && m->caption[i]; i++)
        caption = fmax(caption, drawn_text_width(context, m->caption[i]));
    bool sound = cairo_status(context) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(context);
    cairo_surface_destroy(surface);
    return sound ? caption : 0;
}

bool evaluation_draw_confusion(const dn_evaluation *evaluation, const dn_model *model,
                               const dn_dataset *data, const char *path)
{
    int n = evaluation->outputs;
    bool few = n <= MOST_NAMED;
    matrix m = {.evaluation = evaluation,
                .model = model,
                .data = data,
                .cell = few ? fmax(26, fmin(64, 640.0 / n)) : (double)PICTURE / n,
                .label = few && n > 16 ? 11 : 14,
                .caption = {"rows: truth, columns: prediction; darker: a larger share of the row",
                            few ? NULL : "names and counts of so many classes are in a .csv"}};
    double caption = measure(&m);
    if (caption <= 0)
        return complain("out of memory for the confusion matrix");
    double cells = n * m.cell;
    return drawing_write(draw, &m, (int)ceil(m.margin + fmax(cells, caption) + BORDER),
                         (int)ceil(m.margin + cells + BORDER + LINE * (m.caption[1] ? 2 : 1)),
                         path);
}
