/* SPDX-License-Identifier: MIT */
#ifndef PROTOCOL_JSON_NUMBER_H
#define PROTOCOL_JSON_NUMBER_H

/* Reads the number of JSON that begins here as the nearest float, as strtof does in the locale "C",
 * which the thread must have. Returns the place after it; NULL if there is none, or it ends with
 * the text, as within an array it cannot. */
const char *json_number_read(const char *at, const char *end, float *value);

#endif
