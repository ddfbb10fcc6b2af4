/* SPDX-License-Identifier: MIT */
#ifndef TOOL_LABELLED_H
#define TOOL_LABELLED_H

#include "densenet.h"

#include <stdbool.h>

/* Opens labelled data, and says what of an archive is left out. Complains and
 * returns false where it cannot. */
bool labelled_open(const char *path, dn_portion portion, dn_dataset **data);

#endif
