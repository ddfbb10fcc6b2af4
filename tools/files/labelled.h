/* SPDX-License-Identifier: MIT */
#ifndef TOOL_LABELLED_H
#define TOOL_LABELLED_H

#include "densenet.h"

#include <stdbool.h>

/* Opens labelled data, and says what is left out of an archive. Complains and
 * returns false if it cannot. */
bool labelled_open(const char *path, dn_portion portion, dn_dataset **data);

#endif
