/* SPDX-License-Identifier: MIT */
#include "run/session_open.h"

#include "arguments/precision.h"
#include "ui/report.h"

bool session_open(const dn_model *model, int threads, dn_session **session)
{
    return session_open_as(model, threads, precision_chosen(), session);
}

bool session_open_as(const dn_model *model, int threads, const char *precision,
                     dn_session **session)
{
    dn_session_options options;
    dn_session_defaults(&options, sizeof options);
    options.threads = threads;
    options.precision = precision;
    report_warnings();
    return ok_or_complain(dn_session_create(model, &options, session));
}
