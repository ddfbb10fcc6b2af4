/* SPDX-License-Identifier: MIT */
#ifndef DN_INFERENCE_SESSION_H
#define DN_INFERENCE_SESSION_H

#include "inference/run.h"

struct dn_session {
    const dn_model *model;
    dn_prepared *prepared;
    dn_plan *plan; /* of the last shape; NULL before the first run */
    dn_runner runner;
    bool ran; /* the plan's buffers hold a run's maps */
    dn_observer *observer;
    void *observer_context;
    dn_profiler *profiler;
    void *profiler_context;
};

/* Lays out the buffers for inputs of a shape, as the first run of it does. */
dn_status dn_session_plan(dn_session *session, int images, int height, int width);

#endif
