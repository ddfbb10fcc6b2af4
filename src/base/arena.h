/* SPDX-License-Identifier: MIT */
/* Buffers that live from one step to another, placed in one arena so that buffers
 * that never live at the same time can overlap. */
#ifndef DN_BASE_ARENA_H
#define DN_BASE_ARENA_H

#include <stddef.h>

/* In one plan: two per block, six when training, and a handful around them. */
#define DN_MAX_BUFFERS 160

typedef struct dn_buffer {
    size_t bytes;
    int first, last; /* steps that use it, inclusive */
    size_t offset;   /* set by dn_place_buffers */
} dn_buffer;

/* Sets every offset, largest buffer first, each at the lowest place that is
 * free while it lives; returns the arena's size in bytes. */
size_t dn_place_buffers(dn_buffer *buffers, int count);

#endif
