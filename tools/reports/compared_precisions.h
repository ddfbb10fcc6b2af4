/* SPDX-License-Identifier: MIT */
/* A network measured in several precisions on the same pictures: figures of each, and how far its
 * answers are from those of the first. */
#ifndef TOOL_COMPARED_PRECISIONS_H
#define TOOL_COMPARED_PRECISIONS_H

#include "densenet.h"

#include <stdbool.h>

#define COMPARED_MOST 4

typedef struct compared_row {
    const char *precision;
    bool is_first;
    dn_evaluation *evaluation;
    float *logits; /* of all pictures, `outputs` of each */
    size_t count, room;
    bool failed; /* memory did not suffice */
} compared_row;

typedef struct compared_rows {
    compared_row row[COMPARED_MOST];
    int count;
    char *names; /* which the rows' precisions are parts of */
} compared_rows;

/* Opens rows of the precisions in "f32,bf16"; false after a complaint. */
bool compared_open(const char *names, compared_rows *rows);
void compared_close(compared_rows *rows);

/* A callback of dn_evaluate_options: keeps logits. context is a row. */
void compared_add(const float *logits, int samples, int outputs, void *context);

void compared_print(const compared_rows *rows, bool json);

#endif
