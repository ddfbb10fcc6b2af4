/* SPDX-License-Identifier: MIT */
/* What the first line of a request asks for. */
#ifndef HTTP_TARGET_H
#define HTTP_TARGET_H

#include <stdbool.h>

enum { TARGET_MOST_PARAMETERS = 100, TARGET_MOST_QUERY = 8 << 10 };

/* The path of a target without a query, which may be a whole address (RFC 9112, 3.2.2); one that is
 * empty is "/" (RFC 9110, 4.2.3). */
const char *target_path(const char *target);

/* Removes a query that has more parameters or bytes than these. Returns whether it had. */
bool target_cut(char *target);

#endif
