/* SPDX-License-Identifier: MIT */
/* RUN/ranks.csv: how long each rank of a training took in each step, and for what. */
#ifndef TOOL_RANKS_LOG_H
#define TOOL_RANKS_LOG_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ranks_log ranks_log;

/* All ranks open it; the first writes the file. NULL after a complaint. */
ranks_log *ranks_log_open(const char *run, int64_t steps);
void ranks_log_close(ranks_log *log);

/* Seconds of this rank's step; `waited` of those of the step. A log of NULL takes nothing. */
bool ranks_log_step(ranks_log *log, int64_t step, double loading, double training, double waited);

/* Names the slowest rank since it was last named, if one is much slower than the others. */
void ranks_log_say(ranks_log *log);

#endif
