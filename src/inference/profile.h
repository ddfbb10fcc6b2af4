/* SPDX-License-Identifier: MIT */
#ifndef DN_INFERENCE_PROFILE_H
#define DN_INFERENCE_PROFILE_H

#include "inference/session.h"

/* Runs the step and tells the session's profiler what it cost. */
void dn_profile_step(const dn_session *session, const dn_step *step, const dn_run_ends *ends);

#endif
