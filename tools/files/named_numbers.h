/* SPDX-License-Identifier: MIT */
#ifndef TOOL_NAMED_NUMBERS_H
#define TOOL_NAMED_NUMBERS_H

#include <stdbool.h>

/* Reads a text file of lines NAME,NUMBER, one for each of `count` names, in any order; a name may
 * hold commas and stand in quotes, as in a CSV, whose header is passed over. Complains and returns
 * false if it cannot. */
bool named_numbers_read(const char *path, const char *const *names, int count, double *numbers);

#endif
