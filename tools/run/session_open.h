/* SPDX-License-Identifier: MIT */
#ifndef RUN_SESSION_OPEN_H
#define RUN_SESSION_OPEN_H

#include "densenet.h"

/* A session of so many threads (0: one per core) and of --precision. Reports what went wrong;
 * *session is then left alone. */
bool session_open(const dn_model *model, int threads, dn_session **session);

/* The same of this precision. */
bool session_open_as(const dn_model *model, int threads, const char *precision,
                     dn_session **session);

#endif
