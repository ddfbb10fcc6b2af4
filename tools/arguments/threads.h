/* SPDX-License-Identifier: MIT */
/* --threads, the same for every command that has it. */
#ifndef TOOL_THREADS_H
#define TOOL_THREADS_H

#include "arguments/options.h"

extern const option_row threads_option[];

/* So many processes share the cores: without --threads each takes its part of them, unless it is
 * bound to some already. */
void threads_share(int processes);

/* As given; 0: one per core. */
int threads_asked(void);

/* The number that stands for. */
int threads_chosen(void);

#endif
