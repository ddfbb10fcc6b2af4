/* SPDX-License-Identifier: MIT */
#include "drawing/drawn_text.h"

#include "base/text.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

#define DOTS "\xe2\x80\xa6"

/* What Fontconfig takes, generously: short of memory, it crashes. */
#define FONT_BYTES ((size_t)8 << 20)

bool drawn_text_fits(void)
{
    static bool fits;
    if (!fits) {
        void *volatile memory = malloc(FONT_BYTES);
        fits = memory != NULL;
        free(memory);
    }
    return fits || complain("out of memory for the fonts of drawings");
}

void drawn_text_size(cairo_t *context, double size)
{
    cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(context, size);
}

static double width_of(cairo_t *context, const char *utf8)
{
    cairo_text_extents_t extents;
    cairo_text_extents(context, utf8, &extents);
    return extents.x_advance;
}

double drawn_text_width(cairo_t *context, const char *text)
{
    char *repaired = dn_utf8_repair(text);
    double width = repaired ? width_of(context, repaired) : 0;
    free(repaired);
    return width;
}

static void show(cairo_t *context, const char *utf8, double x, double y, double align)
{
    cairo_move_to(context, x - align * width_of(context, utf8), y);
    cairo_show_text(context, utf8);
}

void drawn_text(cairo_t *context, const char *text, double x, double y, double align)
{
    char *repaired = dn_utf8_repair(text);
    if (repaired)
        show(context, repaired, x, y, align);
    free(repaired);
}

/* The byte at which the index-th character begins. */
static size_t start_of(const char *utf8, size_t index)
{
    size_t at = 0;
    for (; utf8[at]; at++)
        if (((unsigned char)utf8[at] & 0xC0) != 0x80 && index-- == 0)
            break;
    return at;
}

/* Keeps `kept` of the characters, at both ends. */
static void leave_middle_out(const char *utf8, size_t characters, size_t kept, char *shortened)
{
    size_t head = start_of(utf8, (kept + 1) / 2), tail = start_of(utf8, characters - kept / 2);
    memcpy(shortened, utf8, head);
    strcpy(shortened + head, DOTS);
    strcat(shortened, utf8 + tail);
}

static void shorten(cairo_t *context, const char *utf8, double width, char *shortened)
{
    size_t characters = dn_utf8_characters(utf8), low = 0, high = characters;
    while (low + 1 < high) {
        size_t kept = (low + high) / 2;
        leave_middle_out(utf8, characters, kept, shortened);
        if (width_of(context, shortened) <= width)
            low = kept;
        else
            high = kept;
    }
    leave_middle_out(utf8, characters, low, shortened);
}

bool drawn_text_within(cairo_t *context, const char *text, double x, double y, double align,
                       double width)
{
    char *repaired = dn_utf8_repair(text);
    char *shortened = repaired ? malloc(strlen(repaired) + sizeof DOTS) : NULL;
    bool wider = shortened && width_of(context, repaired) > width;
    if (wider)
        shorten(context, repaired, width, shortened);
    if (shortened)
        show(context, wider ? shortened : repaired, x, y, align);
    free(shortened);
    free(repaired);
    return wider;
}
