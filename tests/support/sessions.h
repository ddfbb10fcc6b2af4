/* SPDX-License-Identifier: MIT */
/* Sessions for tests. */
#ifndef SESSIONS_H
#define SESSIONS_H

#include "testing.h"

static inline dn_session_options session_options(int threads)
{
    dn_session_options options;
    dn_session_defaults(&options, sizeof options);
    options.threads = threads;
    return options;
}

static inline dn_session *open_session(const dn_model *model, int threads)
{
    dn_session_options options = session_options(threads);
    dn_session *session;
    assert_int_equal(dn_session_create(model, &options, &session), DN_OK);
    return session;
}

#endif
