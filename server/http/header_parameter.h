/* SPDX-License-Identifier: MIT */
#ifndef HTTP_HEADER_PARAMETER_H
#define HTTP_HEADER_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>

/* Finds a parameter of a header's value, as `boundary` in `multipart/form-data; boundary="a b"`,
 * and writes it to text without its quotes. Upper and lower case of its name are the same. False
 * if it is not there or has `room` bytes or more. */
bool header_parameter(const char *value, const char *name, char *text, size_t room);

#endif
