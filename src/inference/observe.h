/* SPDX-License-Identifier: MIT */
#ifndef DN_INFERENCE_OBSERVE_H
#define DN_INFERENCE_OBSERVE_H

#include "inference/session.h"

/* Shows the session's observer what the step completed, if anything. */
dn_status dn_observe_step(const dn_session *session, const dn_step *step);

#endif
