/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_LOG_H
#define DN_BASE_LOG_H

#include "base/status.h"

/* Passes a sentence to the function that dn_set_log set, if any. */
void dn_log(dn_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
