/* SPDX-License-Identifier: MIT */
/* An allocator for tests, which counts and may fail. */
#ifndef LEDGER_H
#define LEDGER_H

#include "testing.h"

/* What was lent, and what is still held. */
typedef struct ledger {
    size_t held;
    int left; /* allocations that may succeed */
    size_t shift;
} ledger;

static inline void *lend(size_t bytes, size_t alignment, void *context)
{
    ledger *l = context;
    if (l->left-- <= 0)
        return NULL;
    l->held += bytes;
    unsigned char *memory = aligned_alloc(alignment, bytes + alignment);
    return memory + l->shift;
}

static inline void take_back(void *memory, size_t bytes, void *context)
{
    ledger *l = context;
    l->held -= bytes;
    free((unsigned char *)memory - l->shift);
}

#endif
