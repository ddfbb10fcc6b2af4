/* SPDX-License-Identifier: MIT */
#ifndef TOOL_TEXT_FILE_H
#define TOOL_TEXT_FILE_H

#include <stddef.h>

/* A text file of at most `most` bytes as a string, free(). Complains and returns NULL if it
 * cannot be read, is larger or holds a NUL. */
char *text_file_read(const char *path, size_t most);

/* Takes the next line off *text, without its line end, in place; NULL past the last. */
char *text_file_line(char **text);

#endif
