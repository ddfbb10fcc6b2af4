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

/* A byte that a terminal may take for a command. */
static inline bool dn_is_control(char byte)
{
    return (unsigned char)byte < ' ' || byte == 0x7f;
}

/* Replaces control bytes by question marks: names from files may contain any byte. */
void dn_clean(char *text);

#endif
