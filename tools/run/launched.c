/* SPDX-License-Identifier: MIT */
#include "run/launched.h"

#include "arguments/options.h"
#include "run/launched_way.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

static const launched_way *way;     /* NULL: alone */
static const dn_machines *machines; /* likewise */
static bool expected;               /* to join, and has not yet */
static bool working;                /* what one complains of ends all */

const dn_machines *launched_machines(void)
{
    return machines;
}

int launched_rank(void)
{
    return machines ? machines->rank : 0;
}

int launched_count(void)
{
    return machines ? machines->count : 1;
}

bool launched_first(void)
{
    return !way || way->speaks(launched_rank());
}

void launched_begin(void)
{
    expected = dn_mpi_launched();
    if (expected)
        complaints_catch();
}

/* srun starts the one task of a job like one of several: what the command line says comes first. */
bool launched_join(const char *compression, bool (*stopping)(void *))
{
    static const launched_way *const ways[] = {&launched_shard, &launched_merge, &launched_ranks};
    for (size_t i = 0; i < sizeof ways / sizeof *ways && !way; i++)
        way = ways[i]->chosen() ? ways[i] : NULL;
    expected = false;
    machines = way ? way->join(compression, stopping) : NULL;
    if (!machines || way != &launched_ranks || launched_first())
        complaints_say();
    return !way || machines;
}

bool launched_agree(bool sound)
{
    double unsound[2] = {!sound, !sound && launched_first()};
    working = false;
    if (!machines)
        return sound;
    if (machines->sum(machines->context, unsound, 2) != DN_OK)
        return complain("%s", dn_last_error());
    if (!sound && !(unsound[1] > 0))
        complaints_say();
    else
        complaints_forget();
    return !(unsound[0] > 0);
}

void launched_any_of(bool *are, int count)
{
    double counts[4] = {0};
    if (!machines)
        return;
    for (int i = 0; i < count; i++)
        counts[i] = are[i];
    bool sound = ok_or_complain(machines->sum(machines->context, counts, (size_t)count));
    for (int i = 0; i < count; i++)
        are[i] = !sound || counts[i] > 0;
}

bool launched_any(bool is)
{
    launched_any_of(&is, 1);
    return is;
}

bool launched_take_firsts(void *bytes, size_t size)
{
    if (!machines)
        return true;
    char *all = calloc((size_t)machines->count, size);
    bool sound = all ? ok_or_complain(machines->gather(machines->context, bytes, size, all))
                     : complain("out of memory for other ranks");
    if (sound)
        memcpy(bytes, all, size);
    free(all);
    return sound;
}

bool launched_have_the_same(const char *text)
{
    return !machines || launched_agree(way->has_the_same(machines, text));
}

void launched_work(void)
{
    working = machines != NULL;
    complaints_say();
}

static void leave_before_joining(int status)
{
    if (status == EXIT_REFUSED && !launched_shard.chosen() && launched_join(NULL, NULL))
        launched_agree(false);
    complaints_say();
}

int launched_leave(int status)
{
    if (expected)
        leave_before_joining(status);
    return way ? way->leave(machines, working, status) : status;
}
