/* SPDX-License-Identifier: MIT */
/* "did you mean ...?": the known word nearest to a mistyped one. */
#ifndef TOOL_SUGGESTION_H
#define TOOL_SUGGESTION_H

#include <stddef.h>

/* Starts as {.word = what was typed, .length = its length}. */
typedef struct suggestion {
    const char *word;
    size_t length;
    const char *best; /* NULL if nothing is near enough */
    size_t distance;  /* edits between word and best */
} suggestion;

/* Takes the candidate if it is nearer than the best so far. */
void suggest(suggestion *near, const char *candidate);

#endif
