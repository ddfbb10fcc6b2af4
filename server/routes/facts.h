/* SPDX-License-Identifier: MIT */
#ifndef ROUTES_FACTS_H
#define ROUTES_FACTS_H

#include "http/exchange.h"
#include "protocol/model_facts.h"

/* Says what the protocol needs to know of the request's network. False if x is answered: the
 * address names another version than there is, as the path's second part. */
bool facts_find(exchange *x, model_facts *facts);

#endif
