/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_TEXT_H
#define DN_BASE_TEXT_H

#include "base/status.h"

/* A string that grows. Starts as {0}; a failed allocation is remembered and
 * reported once, by dn_text_take. */
typedef struct dn_text {
    char *data;
    size_t length, capacity;
    bool failed;
} dn_text;

void dn_text_add(dn_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void dn_text_add_bytes(dn_text *text, const char *bytes, size_t count);

/* A JSON string with its quotes; what is not UTF-8 becomes U+FFFD. */
void dn_text_add_json(dn_text *text, const char *string);

/* Bytes of the UTF-8 character that starts here, 0 where none does: no overlong
 * forms, no surrogates, nothing above U+10FFFF (RFC 3629). */
size_t dn_utf8_length(const char *text);

/* Characters; a byte that is not UTF-8 counts as one. */
size_t dn_utf8_characters(const char *text);

/* Text as JSON can hold it: each byte that is not UTF-8 becomes U+FFFD. free();
 * NULL where there is no memory. */
char *dn_utf8_repair(const char *text);

/* Hands the finished string out; free(). Leaves *text empty either way. */
dn_status dn_text_take(dn_text *text, char **out);
void dn_text_drop(dn_text *text);

#endif
