/* SPDX-License-Identifier: MIT */
/* GET /v2 and below: what the server and its networks are, and what they have done. */
#include "context.h"
#include "protocol/descriptions.h"
#include "protocol/statistics.h"
#include "routes/facts.h"
#include "routes/route.h"

#include <stdlib.h>
#include <string.h>

static void answer_server(exchange *x)
{
    exchange_reply_json(x, 200, describe_server(dn_version()));
}

static void answer_model(exchange *x)
{
    model_facts facts;
    if (facts_find(x, &facts))
        exchange_reply_json(x, 200, describe_model(&facts));
}

static void answer_config(exchange *x)
{
    model_facts facts;
    if (facts_find(x, &facts))
        exchange_reply_json(x, 200, describe_config(&facts));
}

static void answer_model_ready(exchange *x)
{
    model_facts facts;
    if (facts_find(x, &facts))
        exchange_reply_json(x, 200, json_pack("{s:s, s:b}", "name", facts.name, "ready", 1));
}

static statistics_duration duration_of(const histogram *seconds)
{
    return (statistics_duration){seconds->count, seconds->sum};
}

/* Pictures of a request are computed one after the other, so each is a run. */
static model_statistics statistics_of(const repository_entry *entry)
{
    counts c = counters_read(entry->counters);
    model_statistics s = {.name = entry->name,
                          .last_ms = c.last_ms,
                          .pictures = (uint64_t)c.sizes.sum,
                          .runs = (uint64_t)c.sizes.sum,
                          .success = duration_of(&c.stages[STAGE_ALL]),
                          .fail = {0, c.failed_seconds},
                          .queue = duration_of(&c.stages[STAGE_QUEUE]),
                          .compute_input = duration_of(&c.stages[STAGE_DECODE]),
                          .compute_infer = duration_of(&c.stages[STAGE_COMPUTE]),
                          .compute_output = duration_of(&c.stages[STAGE_OUTPUT]),
                          .bytes = entry->bytes};
    for (int i = 0; i < FAILURE_COUNT; i++)
        s.fail.count += c.failures[i];
    return s;
}

/* name: NULL for all networks that are loaded. */
static void answer_statistics_of(exchange *x, const char *name)
{
    repository_entry *entries = malloc(REPOSITORY_MOST * sizeof *entries);
    model_statistics *all = malloc(REPOSITORY_MOST * sizeof *all);
    int listed = 0;
    int count = entries ? repository_list(x->server->repository, entries, REPOSITORY_MOST) : 0;
    for (int i = 0; i < count && all; i++)
        if (name ? strcmp(entries[i].name, name) == 0 : entries[i].loaded)
            all[listed++] = statistics_of(&entries[i]);
    exchange_reply_json(x, 200, entries && all ? statistics_describe(all, listed) : NULL);
    free(entries);
    free(all);
}

static void answer_statistics(exchange *x)
{
    model_facts facts;
    if (facts_find(x, &facts))
        answer_statistics_of(x, facts.name);
}

static void answer_all_statistics(exchange *x)
{
    answer_statistics_of(x, NULL);
}

const route model_routes[] = {
    {"GET", "/v2", answer_server, ROUTE_NO_NETWORK, false, false},
    {"GET", "/v2/models/stats", answer_all_statistics, ROUTE_NO_NETWORK, false, false},
    {"GET", "/v2/models/?", answer_model, ROUTE_NETWORK_IN_PATH, false, false},
    {"GET", "/v2/models/?/versions/?", answer_model, ROUTE_NETWORK_IN_PATH, false, false},
    {"GET", "/v2/models/?/ready", answer_model_ready, ROUTE_NETWORK_IN_PATH, false, false},
    {"GET", "/v2/models/?/versions/?/ready", answer_model_ready, ROUTE_NETWORK_IN_PATH, false,
     false},
    {"GET", "/v2/models/?/config", answer_config, ROUTE_NETWORK_IN_PATH, false, false},
    {"GET", "/v2/models/?/versions/?/config", answer_config, ROUTE_NETWORK_IN_PATH, false, false},
    {"GET", "/v2/models/?/stats", answer_statistics, ROUTE_NETWORK_IN_PATH, false, false},
    {"GET", "/v2/models/?/versions/?/stats", answer_statistics, ROUTE_NETWORK_IN_PATH, false,
     false},
    {0},
};
