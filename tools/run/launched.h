/* SPDX-License-Identifier: MIT */
/* The processes that an MPI launcher started together (mpirun, srun), or the shards of a run that
 * speak through files (parts.h). All run the same command, and
 * all of them take part in each call below, in the same order; the first of them, rank 0, speaks
 * and writes for all. A process that was not launched with others is the first of one. */
#ifndef TOOL_LAUNCHED_H
#define TOOL_LAUNCHED_H

#include "densenet.h"

#include <jansson.h>
#include <stdbool.h>

/* What is run, but for options that each process has for itself (--threads, --shard, --part), as an
 * array of strings; borrowed. main gives it the words after the program's name. */
void launched_run(int count, char *const *words);
json_t *launched_words(void);

/* Before the command line of a command that joins is read: what those that a launcher started
 * complain of is held back until they have joined. */
void launched_begin(void);

/* Joins the others, if there are any. compression and stopping: as dn_mpi_options has them. Until
 * they agree, complaints of others than the first are held back. Complains and returns false if it
 * cannot. */
bool launched_join(const char *compression, bool (*stopping)(void *));

/* How to speak with the others; NULL: there are none. */
const dn_machines *launched_machines(void);

int launched_rank(void);
int launched_count(void);
bool launched_first(void);

/* What the first has at these bytes; complains and returns false if that cannot be learnt. */
bool launched_take_firsts(void *bytes, size_t size);

/* The run that would be gone on with if one of them ended; outlives this. */
void launched_serve(const char *run);

/* Whether all are sound. If the first is, those that are not say what they held back, and otherwise
 * what was held back is forgotten: the first has said it. */
bool launched_agree(bool sound);

/* Whether it is so for any; each of several. */
bool launched_any(bool is);
void launched_any_of(bool *are, int count);

/* The same text in all; otherwise each that has another says what differs, as one that held it
 * back, and all get false. The text is a JSON object. */
bool launched_have_the_same(const char *text);

/* From here on, until the next agreement, a fault of one ends all; each says what it complains of.
 */
void launched_work(void);

/* The exit status of this process, from its own: the first has that of all. One that was refused
 * before it joined tells the others now. */
int launched_leave(int status);

#endif
