/* SPDX-License-Identifier: MIT */
#ifndef TOOL_LABELS_H
#define TOOL_LABELS_H

#include "densenet.h"

/* Gives the model the labels of a text file, one per line. Complains and
 * returns false if it cannot. */
bool labels_read(const char *path, dn_model *model);

#endif
