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

/* Adds a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void dn_text_add_json(dn_text *text, const char *string);

/* Returns the bytes of the UTF-8 character that starts here, 0 if none does: no overlong
 * forms, no surrogates, nothing above U+10FFFF (RFC 3629). */
size_t dn_utf8_length(const char *text);

/* Whether all of it is. */
bool dn_is_utf8(const char *text);

/* Returns the number of characters; a byte that is not UTF-8 counts as one. */
size_t dn_utf8_characters(const char *text);

/* Whether name ends in suffix, which is in lower case, ignoring name's case; ASCII only, in every
 * locale. */
bool dn_has_suffix(const char *name, const char *suffix);

/* The ending of a noun that is counted: "" of one, else "s". */
const char *dn_plural(long long count);

/* Copies text so that JSON can hold it: each byte that is not UTF-8 becomes U+FFFD. Release
 * with free(). NULL if out of memory. */
char *dn_utf8_repair(const char *text);

/* Moves the finished string to *out; release it with free(). *text is empty afterwards,
 * even on failure. */
dn_status dn_text_take(dn_text *text, char **out);
void dn_text_drop(dn_text *text);

#endif
