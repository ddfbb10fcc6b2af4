/* SPDX-License-Identifier: MIT */
/* Loss and accuracy of training runs over their epochs, as a picture. */
#ifndef TOOL_CURVES_H
#define TOOL_CURVES_H

#include <stdbool.h>

/* Draws the logs of runs into one .png or .svg. Complains if it cannot. */
bool curves_write(char *const *runs, int count, const char *path);

#endif
