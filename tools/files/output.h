/* SPDX-License-Identifier: MIT */
/* Files that appear whole or not at all: written beside their destination,
 * synced, then renamed over it. What goes to a device or pipe is gathered in a
 * file without a name, so that it too can be sought in, and sent when whole.
 * Every function that fails has complained. */
#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

typedef struct output_file {
    FILE *stream;
    const char *path; /* the caller's, who keeps it */
    char *target;     /* what its links lead to, which the temporary file replaces */
    char *temporary;  /* NULL where there is none (any more) */
    FILE *receiver;   /* device or pipe that the bytes are sent to, or NULL */
} output_file;

/* Whether a file of this name could be written, found out without leaving one. */
bool output_possible(const char *path);

/* The ending that promises a format, ".png"; NULL where there is none, and for what
 * is no file but a device or pipe. */
const char *output_ending(const char *path);

bool output_create(const char *path, output_file *file);
bool output_write(output_file *file, const void *data, size_t size);

/* Both release the file; output_abandon also removes what was written. */
bool output_commit(output_file *file);
void output_abandon(output_file *file);

#endif
