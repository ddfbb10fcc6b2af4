/* SPDX-License-Identifier: MIT */
/* Whether the server lives, and whether it wants requests. */
#include "context.h"
#include "routes/route.h"

static void answer_live(exchange *x)
{
    exchange_reply_json(x, 200, json_pack("{s:b}", "live", 1));
}

static void answer_ready(exchange *x)
{
    bool ready = x->server->ready;
    exchange_reply_json(x, ready ? 200 : 503, json_pack("{s:b}", "ready", ready));
}

const route health_routes[] = {
    {"GET", "/v2/health/live", answer_live, ROUTE_NO_NETWORK, false, true},
    {"GET", "/v2/health/ready", answer_ready, ROUTE_NO_NETWORK, false, true},
    {0},
};
