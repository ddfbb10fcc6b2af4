/* SPDX-License-Identifier: MIT */
#ifndef TOOL_TEXT_FILE_H
#define TOOL_TEXT_FILE_H

#include <stddef.h>
#include <stdio.h>

/* How large a text of a kind may be. */
typedef struct text_limit {
    size_t bytes;
    const char *of; /* "a list of files" */
} text_limit;

/* All bytes of a stream, NUL among them too, with a NUL after the last; free(). Complains of
 * `path` and returns NULL if they cannot be read or are too many. */
char *text_file_bytes(FILE *stream, const char *path, const text_limit *limit, size_t *length);

/* A text file of at most `most` bytes as a string, free(). Complains and returns NULL if it
 * cannot be read, is larger or holds a NUL. */
char *text_file_read(const char *path, size_t most);

/* How many bytes of a mark a text begins with that are none of its own, as Windows' editors put
 * them there: 3 or 0. */
size_t text_file_mark(const char *text);

/* Takes the next line off *text, without its line end, in place; NULL past the last. */
char *text_file_line(char **text);

#endif
