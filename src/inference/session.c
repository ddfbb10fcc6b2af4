/* SPDX-License-Identifier: MIT */
#include "inference/session.h"

#include "base/float_mode.h"
#include "base/sized_options.h"
#include "inference/observe.h"
#include "inference/precision_names.h"
#include "inference/profile.h"

#include <stdlib.h>
#include <string.h>

void dn_session_defaults(dn_session_options *options, size_t struct_size)
{
    dn_start_options(options, struct_size, &(dn_session_options){0}, sizeof *options);
}

static dn_status check_device(const char *device)
{
    if (!device || strcmp(device, "cpu") == 0)
        return DN_OK;
    return dn_fail(DN_ERROR_ARGUMENT, "device \"%s\": only cpu is supported", device);
}

const char *dn_session_precision(const dn_session *session)
{
    return session ? dn_precision_name(session->prepared->precision) : NULL;
}

static dn_status prepare(dn_session *session, const dn_session_options *options)
{
    const dn_session *other = options->share;
    dn_precision precision = {DN_F32, DN_F32};
    DN_TRY(dn_find_precision(session->model, options->precision, &precision));
    if (other && !dn_same_precision(other->prepared->precision, precision))
        return dn_fail(DN_ERROR_ARGUMENT,
                       "a session of another precision cannot share its weights");
    if (other && other->model != session->model)
        return dn_fail(DN_ERROR_ARGUMENT, "a session of another model cannot share its weights");
    if (other)
        session->prepared = dn_prepared_share(other->prepared);
    else
        DN_TRY(dn_prepared_create(session->model, precision, session->allocator,
                                  session->runner.team, &session->prepared));
    return DN_OK;
}

static dn_status open_session(dn_session *session, const dn_session_options *options)
{
    DN_TRY(check_device(options->device));
    DN_TRY(dn_choose_team(options->threads, options->workers, &session->runner.team));
    if (options->allocator) {
        session->own_allocator = *options->allocator;
        session->allocator = &session->own_allocator;
    }
    return prepare(session, options);
}

dn_status dn_session_create(const dn_model *model, const dn_session_options *given,
                            dn_session **out)
{
    DN_NEED(model);
    DN_NEED(out);
    dn_session_options options = {0};
    DN_TRY(dn_read_options(given, &options, sizeof options));
    dn_session *session;
    DN_TRY(dn_calloc(1, sizeof *session, &session));
    session->model = model;
    dn_status status = open_session(session, &options);
    if (status != DN_OK) {
        dn_session_free(session);
        return status;
    }
    *out = session;
    return DN_OK;
}

static void forget_plans(dn_session *session)
{
    for (int i = 0; i < DN_SESSION_PLANS; i++) {
        dn_plan_free(session->plans[i]);
        session->plans[i] = NULL;
    }
}

dn_status dn_session_set_threads(dn_session *session, int threads)
{
    DN_NEED(session);
    return dn_choose_team(threads, session->runner.team.workers, &session->runner.team);
}

void dn_session_free(dn_session *session)
{
    if (!session)
        return;
    forget_plans(session);
    dn_region_free(&session->arena);
    dn_prepared_release(session->prepared);
    dn_runner_free(&session->runner);
    free(session);
}

/* ---- plans ---- */

/* Sets *arena to the session's, enlarged if necessary. Enlarging invalidates earlier plans,
 * so these are freed. */
static dn_status grow_arena(void *context, size_t bytes, float **arena)
{
    dn_session *session = context;
    if (session->arena.bytes < bytes) {
        forget_plans(session);
        dn_region_free(&session->arena);
        DN_TRY(dn_region_create(session->allocator, bytes, 1, &session->arena));
    }
    *arena = session->arena.data;
    return DN_OK;
}

static bool serves(const dn_plan *plan, const dn_plan_request *request)
{
    return plan->images == request->images && plan->height == request->height &&
           plan->width == request->width && plan->threads == request->team.threads &&
           (plan->whole || !request->whole);
}

/* Moves the index-th plan to the front. */
static void put_first(dn_session *session, int index)
{
    dn_plan *plan = session->plans[index];
    memmove(session->plans + 1, session->plans, (size_t)index * sizeof(dn_plan *));
    session->plans[0] = plan;
}

static dn_status add_plan(dn_session *session, const dn_plan_request *request)
{
    dn_plan *plan;
    DN_TRY(dn_plan_create(request, &plan));
    dn_status status = dn_runner_fit(&session->runner, plan, session->allocator);
    if (status != DN_OK) {
        dn_plan_free(plan);
        return status;
    }
    dn_plan_free(session->plans[DN_SESSION_PLANS - 1]);
    session->plans[DN_SESSION_PLANS - 1] = plan;
    put_first(session, DN_SESSION_PLANS - 1);
    return DN_OK;
}

dn_status dn_session_plan(dn_session *session, int images, int height, int width)
{
    dn_plan_request request = {
        .prepared = session->prepared,
        .team = session->runner.team,
        .images = images,
        .height = height,
        .width = width,
        .whole = session->observer || session->watcher,
        .arena = grow_arena,
        .context = session,
    };
    for (int i = 0; i < DN_SESSION_PLANS && session->plans[i]; i++)
        if (serves(session->plans[i], &request)) {
            put_first(session, i);
            return DN_OK;
        }
    dn_float_mode before = dn_float_mode_enter();
    dn_status status = add_plan(session, &request);
    dn_float_mode_leave(before);
    return status;
}

/* ---- runs ---- */

/* Runs one step after the other, for a profiler or an observer. */
static dn_status run_by_steps(dn_session *session, const dn_run_ends *ends)
{
    const dn_plan *plan = session->plans[0];
    for (int i = 0; i < plan->step_count; i++) {
        const dn_step *step = &plan->steps[i];
        if (session->profiler)
            dn_profile_step(session, step, ends);
        else
            dn_run_step(&session->runner, step, ends);
        if (session->watcher)
            session->watcher(session->watcher_context, session, step);
        if (session->observer)
            DN_TRY(dn_observe_step(session, step));
    }
    return DN_OK;
}

static dn_status run(dn_session *session, int n, int height, int width, const dn_run_ends *ends)
{
    session->ran = false;
    DN_TRY(dn_session_plan(session, n, height, width));
    if (session->profiler || session->observer || session->watcher)
        DN_TRY(run_by_steps(session, ends));
    else
        dn_run_plan(&session->runner, session->plans[0], ends);
    session->ran = true;
    return DN_OK;
}

dn_status dn_session_run(dn_session *session, const float *input, int n, int height, int width,
                         float *logits)
{
    DN_NEED(session);
    DN_NEED(input);
    if (session->model->arch.classes)
        DN_NEED(logits);
    dn_run_ends ends = {.input = input, .logits = logits};
    return run(session, n, height, width, &ends);
}

dn_status dn_session_run_bytes(dn_session *session, const dn_byte_pictures *pictures,
                               const dn_preprocess *preprocess, float *logits)
{
    DN_NEED(session);
    DN_NEED(pictures);
    DN_NEED(pictures->bytes);
    DN_NEED(preprocess);
    if (session->model->arch.classes)
        DN_NEED(logits);
    float values[3][256];
    int channels = session->model->arch.channels;
    if (preprocess->filter == DN_GAUSSIAN)
        return dn_fail(DN_ERROR_ARGUMENT, "the gaussian filter makes floats, not bytes");
    if (preprocess->channels != channels)
        return dn_fail(DN_ERROR_ARGUMENT, "pictures of %d channel%s for a network of %d",
                       preprocess->channels, preprocess->channels == 1 ? "" : "s", channels);
    dn_preprocess_values(preprocess, values);
    dn_run_ends ends = {
        .bytes = pictures->bytes, .values = (const float(*)[256])values, .logits = logits};
    return run(session, pictures->n, pictures->height, pictures->width, &ends);
}

size_t dn_session_bytes(const dn_session *session)
{
    if (!session)
        return 0;
    return dn_prepared_bytes(session->prepared) + session->arena.bytes +
           session->runner.scratch.bytes;
}

void dn_session_observe(dn_session *session, dn_observer *observer, void *context)
{
    if (!session)
        return;
    session->observer = observer;
    session->observer_context = context;
}
