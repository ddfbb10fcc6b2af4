/* SPDX-License-Identifier: MIT */
#ifndef TOOL_LABELLED_H
#define TOOL_LABELLED_H

#include "arguments/options.h"
#include "densenet.h"

#include <stdbool.h>

/* How tables are read: which columns, where the pictures are. */
extern const option_row table_options[];

typedef struct labelled_request {
    dn_portion portion;
    const char *task;   /* of a table, if the options name none; NULL: as it looks */
    const char *output; /* a folder that is written to, and no class; NULL: none */
    bool quiet;         /* what may be concluded has been said of like data */
} labelled_request;

/* Opens labelled data as the options say, and says what was concluded about it and what is
 * left out. Complains and returns false if it cannot. */
bool labelled_open(const char *path, const labelled_request *request, dn_dataset **data);

/* Whether an output, NULL for none, replaces no file of data that was opened from `root`, and adds
 * no picture to its classes; complains if it does. */
bool labelled_is_distinct(const char *output, const char *root, const dn_dataset *data);

/* --task: "classes", "labels" or NULL. */
const char *labelled_task_asked(void);

/* The task of a network or data set that answers with this. */
const char *labelled_task(dn_objective objective);

#endif
