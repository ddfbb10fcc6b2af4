/* SPDX-License-Identifier: MIT */
#ifndef TOOL_CSV_FIELD_H
#define TOOL_CSV_FIELD_H

#include <stdio.h>

/* Prints a field as in RFC 4180: quoted if it holds a separator, a quote or a
 * line break. */
void csv_field(FILE *stream, const char *text);

#endif
