/* SPDX-License-Identifier: MIT */
/* Loss and accuracy of training runs over their epochs, as a picture. */
#ifndef TOOL_CURVES_H
#define TOOL_CURVES_H

#include <stdbool.h>

/* Draws the logs of runs, all of classes or all of labels, into one .png or .svg. says: points
 * outside an axis are complained about, once. Complains if it cannot. */
bool curves_write(char *const *runs, int count, bool says, const char *path);

#endif
