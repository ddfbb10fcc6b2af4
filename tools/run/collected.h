/* SPDX-License-Identifier: MIT */
#ifndef TOOL_COLLECTED_H
#define TOOL_COLLECTED_H

#include "densenet.h"

#include <stdbool.h>
#include <stdint.h>

/* What each process has: bytes, of some more than of others. */
typedef struct collected {
    char *bytes;     /* `each` of every process; zeros after its own */
    uint64_t *sizes; /* how many they are */
    uint64_t each;
} collected;

/* Free *all with collected_free, whatever is returned; false after a complaint. */
bool collect(const dn_machines *machines, const void *own, uint64_t size, collected *all);
const char *collected_of(const collected *all, int rank);
void collected_free(collected *all);

#endif
