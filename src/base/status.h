/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_STATUS_H
#define DN_BASE_STATUS_H

#include "densenet.h"

/* Records the thread's sentence and returns status, so that a failing line
 * reads `return dn_fail(DN_ERROR_FORMAT, "%s: ...", path)`. */
dn_status dn_fail(dn_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "context: " before the sentence already recorded; returns status. */
dn_status dn_fail_within(dn_status status, const char *context);

/* Records that an allocation of `bytes` failed; returns DN_ERROR_MEMORY. */
dn_status dn_fail_memory(size_t bytes);

/* Returns from the calling function with the status of a call that failed. */
#define DN_TRY(call)                                                                               \
    do {                                                                                           \
        dn_status dn_try_status = (call);                                                          \
        if (dn_try_status != DN_OK)                                                                \
            return dn_try_status;                                                                  \
    } while (0)

/* Fails with DN_ERROR_ARGUMENT if a required argument is NULL. */
#define DN_NEED(argument)                                                                          \
    do {                                                                                           \
        if (!(argument))                                                                           \
            return dn_fail(DN_ERROR_ARGUMENT, "%s: %s is NULL", __func__, #argument);              \
    } while (0)

/* How many bytes of a character that a terminal may take for a command begin here: one of ASCII's,
 * or two of U+0080 to U+009F; 0 of any other. */
static inline int dn_control_length(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    if (first == 0xc2)
        return ((unsigned char)text[1] & 0xe0) == 0x80 ? 2 : 0;
    return first && (first < ' ' || first == 0x7f) ? 1 : 0;
}

/* Replaces control bytes by question marks: names from files may contain any byte. */
void dn_clean(char *text);

#endif
