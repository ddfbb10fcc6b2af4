/* SPDX-License-Identifier: MIT */
/* Jobs that share work without speaking with one another: each is asked for a shard of it and
 * writes a part, a file of what it would have sent; `densenet merge` runs the same command on what
 * the parts hold. */
#ifndef TOOL_PARTS_H
#define TOOL_PARTS_H

#include "arguments/options.h"
#include "densenet.h"

#include <jansson.h>
#include <stdbool.h>

/* --shard and --part. */
extern const option_row shard_options[];

/* ---- a shard ---- */

/* Whether --shard was given. */
bool parts_shard_asked(void);

/* How the shard of a command line speaks: to its part. NULL if it has complained. */
const dn_machines *parts_shard_machines(const json_t *words);

/* Begins the part of a run; its facts are an object. */
bool parts_shard_begin(json_t *run);

/* Writes the part if the work is sound, or else none; returns the exit status. What could not be
 * read is told when the parts are merged. */
int parts_shard_end(bool sound);

/* ---- all of them ---- */

/* Opens parts of one run, all of them, in any order; parts_close, whatever is returned. The paths
 * must outlive them. */
bool parts_open(int count, char *const *paths);
void parts_close(void);

/* The command line of the run, an array of strings; borrowed. */
json_t *parts_words(void);

/* How a process speaks that answers nothing itself: it is told what is in the parts. NULL if none
 * are open. */
const dn_machines *parts_machines(void);

/* Whether the run in the parts is this; complains if it is not. */
bool parts_are_of(const json_t *run);

#endif
