/* SPDX-License-Identifier: MIT */
#ifndef DN_DISTRIBUTED_PATIENCE_H
#define DN_DISTRIBUTED_PATIENCE_H

#include "distributed/ranks.h"

/* What is waited for: `test` sees, without waiting, whether it is there; `missing` returns the
 * first rank that it lacks, or -1. */
typedef struct dn_awaited {
    dn_status (*test)(void *context, bool *there);
    int (*missing)(void *context);
    void *context;
} dn_awaited;

/* Returns when it is there or the test fails. At first it tests without pause, then it gives the
 * processor to whom needs it, then it sleeps from test to test. The caller's `stopping` is asked,
 * and its `waiting` told, as dn_mpi_options says. */
dn_status dn_wait(const dn_ranks *ranks, const dn_awaited *awaited);

#endif
