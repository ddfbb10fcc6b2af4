/* SPDX-License-Identifier: MIT */
/* What the colours of heat maps mean, in words and a bar below them. */
#ifndef TOOL_HEAT_KEY_H
#define TOOL_HEAT_KEY_H

#include <cairo.h>
#include <stdbool.h>

typedef struct heat_key {
    const char *answer; /* "97.3%  cat"; NULL: of several */
    const char *scope;  /* what the scale is of: "this picture" */
    double full;        /* the evidence that is red; 0: there is none */
    bool exact;         /* dn_arch_cam_is_exact */
    bool cropped;       /* parts are dark */
} heat_key;

/* The least width, and the height, that it needs. */
#define HEAT_KEY_WIDTH 380
double heat_key_height(const heat_key *key);

void heat_key_draw(cairo_t *context, const heat_key *key, double x, double y, double width);

#endif
