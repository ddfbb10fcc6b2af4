/* SPDX-License-Identifier: MIT */
#ifndef MEMORY_HEADROOM_H
#define MEMORY_HEADROOM_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of memory that this process holds; 0 where the system does not tell. */
size_t memory_in_use(void);

/* Whether this machine has so many bytes of memory; complains otherwise, before
 * the kernel ends the program for using what it was promised. `what` needs them:
 * "train: batches of 64 pictures of 224x224". */
bool memory_suffices(double bytes, const char *what, ...) __attribute__((format(printf, 2, 3)));

#endif
