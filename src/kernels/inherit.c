/* SPDX-License-Identifier: MIT */
#include "kernels/inherit.h"

#include <pthread.h>
#include <string.h>

typedef void any_function(void);

/* All that follows in a table is pointers, of one size by POSIX. */
#define FIRST_ROW offsetof(dn_kernels, conv)
#define ROWS_SIZE (sizeof(dn_kernels) - FIRST_ROW)
_Static_assert(sizeof(any_function *) == sizeof(void *), "rows have one size");
_Static_assert(ROWS_SIZE % sizeof(void *) == 0, "a table ends in rows");
_Static_assert(sizeof(dn_gradient_kernels) % sizeof(void *) == 0, "a table is rows");

static void fill_rows(void *rows, const void *inherited, size_t size)
{
    static any_function *const none = NULL;
    for (size_t at = 0; at < size; at += sizeof none)
        if (memcmp((char *)rows + at, &none, sizeof none) == 0)
            memcpy((char *)rows + at, (const char *)inherited + at, sizeof none);
}

/* The nearest first, since only rows that are still missing are filled. */
static void fill(dn_whole_level *whole, const dn_kernels *level)
{
    whole->kernels = *level;
    if (level->gradients)
        whole->gradients = *level->gradients;
    for (const dn_kernels *other = level->inherits; other; other = other->inherits) {
        whole->kernels.lanes = other->lanes;
        whole->kernels.tile_pixels = other->tile_pixels;
        whole->kernels.tile_channels = other->tile_channels;
        fill_rows((char *)&whole->kernels + FIRST_ROW, (const char *)other + FIRST_ROW, ROWS_SIZE);
        if (other->gradients)
            fill_rows(&whole->gradients, other->gradients, sizeof whole->gradients);
    }
    whole->kernels.gradients = &whole->gradients;
}

const dn_kernels *dn_kernels_whole(const dn_kernels *level)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    if (!level->inherits)
        return level;
    pthread_mutex_lock(&lock);
    if (!level->whole->kernels.name)
        fill(level->whole, level);
    pthread_mutex_unlock(&lock);
    return &level->whole->kernels;
}
