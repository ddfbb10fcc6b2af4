/* SPDX-License-Identifier: MIT */
#ifndef DN_NET_OBSERVE_H
#define DN_NET_OBSERVE_H

#include "net/session.h"

/* Shows the session's observer what the step completed, if anything. */
dn_status dn_observe_step(const dn_session *session, const dn_step *step);

#endif
