/* SPDX-License-Identifier: MIT */
#include "inference/session.h"

#include "base/memory.h"
#include "base/workers.h"
#include "inference/observe.h"
#include "inference/profile.h"

#include <stdlib.h>

dn_status dn_session_create(const dn_model *model, int threads, dn_session **out)
{
    dn_session *session;
    DN_TRY(dn_choose_threads(threads, &threads));
    DN_TRY(dn_calloc(1, sizeof *session, &session));
    session->model = model;
    session->runner.kernels = dn_kernels_best();
    session->runner.threads = threads;
    dn_status status = dn_prepared_create(model, session->runner.kernels, session->runner.threads,
                                          &session->prepared);
    if (status != DN_OK) {
        dn_session_free(session);
        return status;
    }
    *out = session;
    return DN_OK;
}

void dn_session_free(dn_session *session)
{
    if (!session)
        return;
    dn_plan_free(session->plan);
    dn_prepared_free(session->prepared);
    dn_runner_free(&session->runner);
    free(session);
}

dn_status dn_session_plan(dn_session *session, int images, int height, int width)
{
    const dn_plan *old = session->plan;
    bool whole = session->observer != NULL;
    if (old && old->images == images && old->height == height && old->width == width &&
        (old->whole || !whole))
        return DN_OK;
    dn_plan_free(session->plan);
    session->plan = NULL;
    dn_plan *plan;
    DN_TRY(dn_plan_create(session->model, session->prepared, session->runner.threads, images,
                          height, width, whole, &plan));
    dn_status status = dn_runner_fit(&session->runner, plan);
    if (status != DN_OK) {
        dn_plan_free(plan);
        return status;
    }
    session->plan = plan;
    return DN_OK;
}

/* For those who look on. */
static dn_status run_by_steps(dn_session *session, const float *input, float *logits)
{
    for (int i = 0; i < session->plan->step_count; i++) {
        const dn_step *step = &session->plan->steps[i];
        if (session->profiler)
            dn_profile_step(session, step, input, logits);
        else
            dn_run_step(&session->runner, step, input, logits);
        if (session->observer)
            DN_TRY(dn_observe_step(session, step));
    }
    return DN_OK;
}

dn_status dn_session_run(dn_session *session, const float *input, int n, int height, int width,
                         float *logits)
{
    session->ran = false;
    DN_TRY(dn_session_plan(session, n, height, width));
    if (session->profiler || session->observer)
        DN_TRY(run_by_steps(session, input, logits));
    else
        dn_run_plan(&session->runner, session->plan, input, logits);
    session->ran = true;
    return DN_OK;
}

size_t dn_session_bytes(const dn_session *session)
{
    size_t bytes = session->prepared->bytes;
    if (session->plan)
        bytes += session->plan->arena_bytes +
                 (size_t)session->runner.threads * session->runner.scratch_stride * sizeof(float);
    return bytes;
}

void dn_session_observe(dn_session *session, dn_observer *observer, void *context)
{
    session->observer = observer;
    session->observer_context = context;
}
