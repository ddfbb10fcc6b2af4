/* SPDX-License-Identifier: MIT */
#ifndef TOOL_UTF8_H
#define TOOL_UTF8_H

#include <stddef.h>

/* Text as JSON can hold it: each byte that is no UTF-8 becomes U+FFFD. free();
 * NULL where there is no memory. */
char *utf8_repair(const char *text);

/* Characters; a byte that is no UTF-8 counts as one. */
size_t utf8_length(const char *text);

#endif
