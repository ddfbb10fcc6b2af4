/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_STATUS_H
#define DN_BASE_STATUS_H

#include "densenet.h"

/* Records the thread's sentence and returns status, so that a failing line
 * reads `return dn_fail(DN_ERROR_FORMAT, "%s: ...", path)`. */
dn_status dn_fail(dn_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "context: " before the sentence already recorded; returns status. */
dn_status dn_fail_within(dn_status status, const char *context);

/* For an allocation of `bytes` that failed. */
dn_status dn_fail_memory(size_t bytes);

/* Returns from the calling function with the status of a call that failed. */
#define DN_TRY(call)                                                                               \
    do {                                                                                           \
        dn_status dn_try_status = (call);                                                          \
        if (dn_try_status != DN_OK)                                                                \
            return dn_try_status;                                                                  \
    } while (0)

#endif
