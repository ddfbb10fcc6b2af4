/* SPDX-License-Identifier: MIT */
#include "run/launched.h"

#include "arguments/options.h"
#include "arguments/threads.h"
#include "base/text.h"
#include "run/collected.h"
#include "run/parts.h"
#include "run/run_difference.h"
#include "ui/report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const dn_machines *machines; /* NULL: alone */
static bool working;                /* what one complains of ends all */
static enum { BY_MPI, SHARD, MERGE } joined;

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
    return joined == MERGE || (joined != SHARD && launched_rank() == 0);
}

/* ---- the command line ---- */

static json_t *line;

/* Whether a word is such an option, and so many words are its own. */
static int own_words(const char *word)
{
    static const char *const options[] = {"--threads", "--shard", "--part"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        size_t length = strlen(options[i]);
        if (strncmp(word, options[i], length) == 0 && (!word[length] || word[length] == '='))
            return word[length] ? 1 : 2;
    }
    return 0;
}

void launched_run(int count, char *const *words)
{
    json_decref(line);
    line = json_array();
    for (int i = 0; i < count;) {
        int own = own_words(words[i]);
        char *text = own ? NULL : dn_utf8_repair(words[i]);
        if (text)
            json_array_append_new(line, json_string(text));
        free(text);
        i += own ? own : 1;
    }
}

json_t *launched_words(void)
{
    return line;
}

/* ---- the others ---- */

static const char *served; /* the run; NULL: none */

void launched_serve(const char *run)
{
    served = run;
}

/* If a process has ended, mpirun soon ends the others: what is worth saying is said now, by one. */
static void say_waiting(int rank, const char *host, double seconds, void *context)
{
    (void)context;
    if (launched_rank() != (rank == 0))
        return;
    if (served)
        complain(
            "rank %d (%s) has not answered for %.1f s; if it has ended, densenet train --resume "
            "%s continues from the last checkpoint",
            rank, host, seconds, served);
    else
        complain("rank %d (%s) has not answered for %.1f s", rank, host, seconds);
}

/* Whoever started this process: srun starts the one task of a job like one of several. */
static bool join_parts(void)
{
    bool shard = parts_shard_asked();
    joined = shard ? SHARD : MERGE;
    machines = shard ? parts_shard_machines(line) : parts_machines();
    return machines;
}

bool launched_join(const char *compression, bool (*stopping)(void *))
{
    dn_mpi_options options;
    if (parts_shard_asked() || parts_machines())
        return join_parts();
    if (!dn_mpi_launched())
        return true;
    dn_mpi_defaults(&options, sizeof options);
    options.compression = compression;
    options.waiting = say_waiting;
    options.stopping = stopping;
    if (!ok_or_complain(dn_mpi_join(&options, &machines)))
        return false;
    threads_share(dn_mpi_local_count());
    if (!launched_first())
        complaints_of(machines->rank, dn_mpi_host(machines->rank));
    return true;
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

/* ---- the same text ---- */

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

static bool parts_have_the_same(const char *text)
{
    json_t *run = json_loads(text, 0, NULL);
    bool sound = run && (joined == SHARD ? parts_shard_begin(run) : parts_are_of(run));
    json_decref(run);
    return sound;
}

bool launched_have_the_same(const char *text)
{
    if (!machines)
        return true;
    if (joined != BY_MPI)
        return parts_have_the_same(text);
    collected all;
    bool same =
        collect(machines, text, strlen(text) + 1, &all) && is_firsts(text, collected_of(&all, 0));
    collected_free(&all);
    return launched_agree(same);
}

void launched_work(void)
{
    working = machines != NULL;
    complaints_say();
}

int launched_leave(int status)
{
    if (joined == SHARD)
        return parts_shard_end(machines && status != EXIT_REFUSED);
    if (!machines || joined == MERGE)
        return status;
    if (working && status == EXIT_REFUSED) {
        dn_mpi_leave(status);
        return status;
    }
    double all[] = {status == EXIT_PART, status == EXIT_REFUSED, status == EXIT_STOPPED};
    if (machines->sum(machines->context, all, 3) != DN_OK)
        return EXIT_REFUSED;
    dn_mpi_leave(0);
    if (!launched_first())
        return EXIT_DONE;
    return all[1] > 0   ? EXIT_REFUSED
           : all[2] > 0 ? EXIT_STOPPED
           : all[0] > 0 ? EXIT_PART
                        : EXIT_DONE;
}
