/* SPDX-License-Identifier: MIT */
#include "drawing/heat_key.h"

#include "densenet.h"
#include "drawing/drawn_text.h"

#include <stdio.h>

#define LINE 21
#define ABOVE 20 /* from the top to the first line of text */
#define BAR 150
#define SIZE 13

double heat_key_height(const heat_key *key)
{
    int lines = (key->answer != NULL) + (key->full > 0 ? 2 : 1) + key->cropped;
    return ABOVE + LINE * lines - 10;
}

static void ink(cairo_t *context, double grey)
{
    cairo_set_source_rgb(context, grey, grey, grey);
}

/* On the grey of an average picture; returns where it ends. */
static double draw_bar(cairo_t *context, const heat_key *key, double x, double y)
{
    char most[32];
    ink(context, 0.1);
    drawn_text(context, "0", x, y, 0);
    x += 14;
    for (int i = 0; i < BAR; i++) {
        double rgb[3];
        dn_heat_colour((i + 0.5) / BAR, 0.5, rgb);
        cairo_set_source_rgb(context, rgb[0], rgb[1], rgb[2]);
        cairo_rectangle(context, x + i, y - 12, 1, 14);
        cairo_fill(context);
    }
    snprintf(most, sizeof most, "%.3g", key->full);
    ink(context, 0.1);
    drawn_text(context, most, x + BAR + 6, y, 0);
    return x + BAR + 6 + drawn_text_width(context, most);
}

static void draw_scale(cairo_t *context, const heat_key *key, double x, double *y, double right)
{
    char text[128];
    const char *kind = key->exact ? "evidence" : "gradient-weighted evidence";
    if (key->full <= 0) {
        snprintf(text, sizeof text, "no %s for it in %s", kind, key->scope);
        drawn_text_within(context, text, x, *y, 0, right - x);
        return;
    }
    draw_bar(context, key, x, *y);
    *y += LINE;
    snprintf(text, sizeof text, "%s%s; red: the most in %s", kind,
             key->exact ? ", in units of the logit" : "", key->scope);
    drawn_text_within(context, text, x, *y, 0, right - x);
}

void heat_key_draw(cairo_t *context, const heat_key *key, double x, double y, double width)
{
    y += ABOVE;
    ink(context, 0.1);
    if (key->answer) {
        drawn_text_size(context, SIZE + 3);
        drawn_text_within(context, key->answer, x, y, 0, width);
        y += LINE;
    }
    drawn_text_size(context, SIZE);
    draw_scale(context, key, x, &y, x + width);
    if (!key->cropped)
        return;
    y += LINE;
    ink(context, 0.17);
    cairo_rectangle(context, x, y - 12, 24, 14);
    cairo_fill(context);
    ink(context, 0.1);
    drawn_text_within(context, "dark: outside the crop, the network did not see it", x + 32, y, 0,
                      width - 32);
}
