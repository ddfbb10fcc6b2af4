/* SPDX-License-Identifier: MIT */
#include "inference/profile.h"

#include "base/clock.h"

#include <stdio.h>

static double product_operations(const dn_grid *output, double depth, double outputs)
{
    return 2 * (double)dn_grid_pixels(output) * depth * outputs;
}

/* A transition is defined as convolving before it pools. */
static double step_operations(const dn_step *step)
{
    switch (step->kind) {
    case DN_STEP_CONV:
        return product_operations(&step->op.conv.output, step->op.conv.panels.depth,
                                  step->op.conv.panels.outputs);
    case DN_STEP_POINTWISE:
        return product_operations(&step->op.pointwise.output, step->op.pointwise.panels.depth,
                                  step->op.pointwise.panels.outputs) *
               step->op.pointwise.pool * step->op.pointwise.pool;
    case DN_STEP_WINOGRAD:
        return product_operations(&step->op.winograd.output, 9.0 * step->op.winograd.channels,
                                  step->op.winograd.panels.outputs);
    default:
        return 0;
    }
}

static const char *step_kind(const dn_step *step)
{
    switch (step->kind) {
    case DN_STEP_IMPORT:
    case DN_STEP_EXPORT:
        return "copy";
    case DN_STEP_BORDER:
        return "border";
    case DN_STEP_CONV:
        return step->op.conv.kernel == 7 ? "direct7x7" : "direct3x3";
    case DN_STEP_POINTWISE:
        return step->point == DN_POINT_LOGITS ? "linear"
               : step->op.pointwise.pool == 2 ? "pool+conv1x1"
                                              : "conv1x1";
    case DN_STEP_WINOGRAD:
        return "winograd3x3";
    case DN_STEP_ACTIVATE:
        return "activate";
    case DN_STEP_MAX_POOL:
    case DN_STEP_GLOBAL_POOL:
        return "pool";
    }
    return "";
}

static void step_place(const dn_step *step, char *place, size_t size)
{
    switch (step->place.stage) {
    case DN_STAGE_STEM:
        snprintf(place, size, "stem");
        break;
    case DN_STAGE_BLOCK:
        snprintf(place, size, "block%d.layer%d", step->place.block + 1, step->place.layer + 1);
        break;
    case DN_STAGE_TRANSITION:
        snprintf(place, size, "transition%d", step->place.block + 1);
        break;
    case DN_STAGE_HEAD:
        snprintf(place, size, "head");
        break;
    }
}

void dn_profile_step(const dn_session *session, const dn_step *step, const float *input,
                     float *logits)
{
    char place[DN_NAME_SIZE];
    step_place(step, place, sizeof place);
    double start = dn_seconds();
    dn_run_step(&session->runner, step, input, logits);
    dn_step_cost cost = {place, step_kind(step), dn_seconds() - start, step_operations(step),
                         step->tasks};
    session->profiler(&cost, session->profiler_context);
}

void dn_session_profile(dn_session *session, dn_profiler *profiler, void *context)
{
    session->profiler = profiler;
    session->profiler_context = context;
}
