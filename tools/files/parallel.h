/* SPDX-License-Identifier: MIT */
#ifndef FILES_PARALLEL_H
#define FILES_PARALLEL_H

/* Runs body(context, i) for every i in 0..count-1 on up to `threads` threads, the
 * calling one among them, and returns when all are done. */
void run_in_parallel(int threads, int count, void (*body)(void *context, int i), void *context);

#endif
