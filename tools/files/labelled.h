/* SPDX-License-Identifier: MIT */
#ifndef TOOL_LABELLED_H
#define TOOL_LABELLED_H

#include "arguments/options.h"
#include "densenet.h"

#include <stdbool.h>

/* How tables are read: which columns, where the pictures are. */
extern const option_row table_options[];

/* Opens labelled data as the options say, and says what was concluded about it and what is
 * left out of an archive. `task` is that of tables if the options name none; NULL: as they
 * look. `quiet`: all that was concluded has been said of like data. Complains and returns
 * false if it cannot. */
bool labelled_open(const char *path, dn_portion portion, const char *task, bool quiet,
                   dn_dataset **data);

/* The task of a network or data set that answers with this. */
const char *labelled_task(dn_objective objective);

#endif
