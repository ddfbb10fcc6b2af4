/* SPDX-License-Identifier: MIT */
#ifndef DN_INFERENCE_SESSION_H
#define DN_INFERENCE_SESSION_H

#include "inference/run.h"

/* Plans that are kept: of shapes, by numbers of threads. */
#define DN_SESSION_PLANS 8

typedef void dn_step_watcher(void *context, const dn_session *session, const dn_step *step);

struct dn_session {
    const dn_model *model;
    dn_prepared *prepared;            /* of which the session is one user */
    dn_plan *plans[DN_SESSION_PLANS]; /* the last used first; NULL past the last */
    dn_region arena;                  /* shared by all plans: one runs at a time */
    const dn_allocator *allocator;    /* NULL, or ... */
    dn_allocator own_allocator;       /* ... this */
    dn_runner runner;
    bool ran; /* the arena holds the maps of the last run, that of plans[0] */
    dn_observer *observer;
    void *observer_context;
    dn_step_watcher *watcher; /* called after each step */
    void *watcher_context;
    dn_profiler *profiler;
    void *profiler_context;
};

/* Makes plans[0] the plan for inputs of this shape, as a run does. */
dn_status dn_session_plan(dn_session *session, int images, int height, int width);

#endif
