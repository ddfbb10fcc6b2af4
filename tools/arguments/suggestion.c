/* SPDX-License-Identifier: MIT */
#include "arguments/suggestion.h"

#include <string.h>

#define LONGEST 32

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits that turn a into b: a letter inserted, left out, replaced, or two
 * neighbours swapped (Damerau, 1964; no letter edited twice). */
static size_t distance(const char *a, size_t rows, const char *b, size_t columns)
{
    size_t cost[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= rows; i++) {
        for (size_t j = 0; j <= columns; j++) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            size_t replaced = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            cost[i][j] = least(replaced, 1 + least(cost[i - 1][j], cost[i][j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[rows][columns];
}

void suggest(suggestion *near, const char *candidate)
{
    size_t length = strlen(candidate);
    if (near->length > LONGEST || length > LONGEST)
        return;
    size_t edits = distance(near->word, near->length, candidate, length);
    /* --batch for --batch-size: a word cut short counts as one slip. */
    if (near->length >= 3 && near->length < length &&
        memcmp(near->word, candidate, near->length) == 0)
        edits = 1;
    if (edits > 1 + near->length / 4 || edits >= near->length)
        return;
    if (!near->best || edits < near->distance) {
        near->best = candidate;
        near->distance = edits;
    }
}
