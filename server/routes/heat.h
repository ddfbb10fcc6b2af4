/* SPDX-License-Identifier: MIT */
#ifndef ROUTES_HEAT_H
#define ROUTES_HEAT_H

#include "http/exchange.h"
#include "networks/picture.h"

/* Answers with the heat map of an output, for the picture of the session's last run, as PNG: over
 * the picture; with ?map=alone the colours alone, with ?map=none the picture. */
void heat_reply(exchange *x, const dn_session *session, const picture *shown, int output);

#endif
