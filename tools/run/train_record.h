/* SPDX-License-Identifier: MIT */
/* What made a run besides its settings: settings.json has it all, and weights have what their
 * numbers depend on, so that a run's bits are those of one that was never cut. */
#ifndef TOOL_TRAIN_RECORD_H
#define TOOL_TRAIN_RECORD_H

#include "run/train_run.h"

#include <jansson.h>

/* Finds out what the settings came to, and records it in the weights that will be saved. Says what
 * differs from the run that is resumed. Complains and returns false if it cannot. */
bool train_record_make(const train_run *run, dn_model *start);

/* What the settings came to: a new reference. */
json_t *train_record_resolved(void);

/* The entries that it adds to settings.json; `steps` were done before this call. Once. */
json_t *train_record_entries(int64_t steps);

#endif
