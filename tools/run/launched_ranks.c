/* SPDX-License-Identifier: MIT */
/* Ranks of MPI: they speak with one another while they work. */
#include "arguments/options.h"
#include "arguments/threads.h"
#include "run/collected.h"
#include "run/launched.h"
#include "run/launched_way.h"
#include "run/run_difference.h"
#include "ui/report.h"

#include <string.h>

static const dn_machines *ranks; /* NULL until this process has joined them */

static const char *served; /* the run; NULL: none */

void launched_serve(const char *run)
{
    served = run;
}

/* If a process has ended, mpirun soon ends the others: what is worth saying is said now, by one. */
static void say_waiting(int rank, const char *host, double seconds, void *context)
{
    (void)context;
    if ((ranks ? ranks->rank : 0) != (rank == 0))
        return;
    if (served)
        complain(
            "rank %d (%s) has not answered for %.1f s; if it has ended, densenet train --resume "
            "%s continues from the last checkpoint",
            rank, host, seconds, served);
    else
        complain("rank %d (%s) has not answered for %.1f s", rank, host, seconds);
}

static const dn_machines *join(const char *compression, bool (*stopping)(void *))
{
    dn_mpi_options options;
    dn_mpi_defaults(&options, sizeof options);
    options.compression = compression;
    options.waiting = say_waiting;
    options.stopping = stopping;
    if (!ok_or_complain(dn_mpi_join(&options, &ranks)))
        return NULL;
    threads_share(dn_mpi_local_count());
    if (ranks->rank)
        complaints_of(ranks->rank, dn_mpi_host(ranks->rank));
    return ranks;
}

static bool speaks(int rank)
{
    return rank == 0;
}

static bool is_firsts(const char *text, const char *firsts)
{
    if (strcmp(text, firsts) == 0)
        return true;
    json_t *own = json_loads(text, 0, NULL), *other = json_loads(firsts, 0, NULL);
    run_is_same(own, other, "rank 0");
    json_decref(own);
    json_decref(other);
    return false;
}

static bool has_the_same(const dn_machines *machines, const char *text)
{
    collected all;
    bool same =
        collect(machines, text, strlen(text) + 1, &all) && is_firsts(text, collected_of(&all, 0));
    collected_free(&all);
    return same;
}

/* Of all, as the first has it. */
static int leave(const dn_machines *machines, bool working, int status)
{
    if (!machines)
        return status;
    if (working && status == EXIT_REFUSED) {
        dn_mpi_leave(status);
        return status;
    }
    double all[] = {status == EXIT_PART, status == EXIT_REFUSED, status == EXIT_STOPPED};
    if (machines->sum(machines->context, all, 3) != DN_OK)
        return EXIT_REFUSED;
    dn_mpi_leave(0);
    if (machines->rank)
        return EXIT_DONE;
    return all[1] > 0   ? EXIT_REFUSED
           : all[2] > 0 ? EXIT_STOPPED
           : all[0] > 0 ? EXIT_PART
                        : EXIT_DONE;
}

const launched_way launched_ranks = {dn_mpi_launched, join, speaks, has_the_same, leave};
