/* SPDX-License-Identifier: MIT */
/* How processes work together. Each way has a file of its own; launched.c has what they share. */
#ifndef TOOL_LAUNCHED_WAY_H
#define TOOL_LAUNCHED_WAY_H

#include "densenet.h"

#include <stdbool.h>

typedef struct launched_way {
    bool (*chosen)(void); /* by the command line or the launcher */

    /* As launched_join has them. How to speak with the others; NULL after a complaint. */
    const dn_machines *(*join)(const char *compression, bool (*stopping)(void *));

    /* Whether a rank speaks and writes for all. */
    bool (*speaks)(int rank);

    /* Whether this process has what the others have; complains if it has not. */
    bool (*has_the_same)(const dn_machines *machines, const char *text);

    /* The exit status of a process from its own; machines is NULL if it could not join. working: a
     * fault of one ends all. */
    int (*leave)(const dn_machines *machines, bool working, int status);
} launched_way;

extern const launched_way launched_ranks; /* of MPI */
extern const launched_way launched_shard; /* a job of its own, which writes a part */
extern const launched_way launched_merge; /* one process, which is told all parts */

#endif
