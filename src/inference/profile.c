/* SPDX-License-Identifier: MIT */
#include "inference/profile.h"

#include "base/clock.h"
#include "inference/step_kinds.h"
#include "network/names.h"

void dn_profile_step(const dn_session *session, const dn_step *step, const dn_run_ends *ends)
{
    const dn_step_row *row = dn_step_row_of(step);
    char place[DN_NAME_SIZE];
    dn_place_name(&step->place, place);
    double start = dn_seconds();
    dn_run_step(&session->runner, step, ends);
    dn_step_cost cost = {place, row->name(step), dn_seconds() - start,
                         row->operations ? row->operations(step) : 0, step->tasks};
    session->profiler(&cost, session->profiler_context);
}

void dn_session_profile(dn_session *session, dn_profiler *profiler, void *context)
{
    if (!session)
        return;
    session->profiler = profiler;
    session->profiler_context = context;
}
