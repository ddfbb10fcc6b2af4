/* SPDX-License-Identifier: MIT */
#ifndef MEMORY_HEADROOM_H
#define MEMORY_HEADROOM_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of memory that this process uses; 0 if the system does not say. */
size_t memory_in_use(void);

/* Whether this machine has this many bytes of memory; complains otherwise,
 * before the kernel kills the program for using what it was promised. `what`
 * needs them:
 * "train: batches of 64 pictures of 224x224". */
bool memory_suffices(double bytes, const char *what, ...) __attribute__((format(printf, 2, 3)));

#endif
