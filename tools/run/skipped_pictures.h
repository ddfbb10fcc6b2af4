/* SPDX-License-Identifier: MIT */
/* Pictures that could not be read in training. Which rank meets one changes from epoch to epoch, so
 * ranks tell one another, and each picture is named once. */
#ifndef TOOL_SKIPPED_PICTURES_H
#define TOOL_SKIPPED_PICTURES_H

#include "densenet.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct skipped_pictures skipped_pictures;

/* Of a data set of so many; NULL after a complaint. */
skipped_pictures *skipped_open(int pictures);

/* Names what is still not shared, as when a step has failed. */
void skipped_close(skipped_pictures *skipped);

/* This rank has met one. */
bool skipped_add(skipped_pictures *skipped, const dn_skip *skip);

/* Whether it has met some that are not shared yet. */
bool skipped_waiting(const skipped_pictures *skipped);

/* All ranks take part: each names those that it has met, if no rank has before, and of several the
 * first; all count them. Complains and returns false if they cannot. */
bool skipped_share(skipped_pictures *skipped);

/* How many were named so far, by all ranks. */
int64_t skipped_count(const skipped_pictures *skipped);

#endif
