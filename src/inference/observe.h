/* SPDX-License-Identifier: MIT */
#ifndef DN_INFERENCE_OBSERVE_H
#define DN_INFERENCE_OBSERVE_H

#include "inference/session.h"

/* Calls the session's observer with the tensors that the step completed, if any. */
dn_status dn_observe_step(const dn_session *session, const dn_step *step);

#endif
