/* SPDX-License-Identifier: MIT */
#ifndef TOOL_TRAIN_SIGNALS_H
#define TOOL_TRAIN_SIGNALS_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM, SIGHUP and SIGUSR1 are noted, except those that the process was
 * started to ignore (nohup). A reader of the output that goes away does not end the program. */
void train_signals_watch(void);

/* Whether one of them has come. */
bool train_interrupted(void);

#endif
