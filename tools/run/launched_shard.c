/* SPDX-License-Identifier: MIT */
/* A shard: it speaks with nobody, and its part has what it would have said. */
#include "arguments/options.h"
#include "run/launched.h"
#include "run/launched_way.h"
#include "run/parts.h"

static const dn_machines *join(const char *compression, bool (*stopping)(void *))
{
    (void)compression, (void)stopping;
    return parts_shard_machines(launched_words());
}

static bool speaks(int rank)
{
    (void)rank;
    return false;
}

static bool has_the_same(const dn_machines *machines, const char *text)
{
    (void)machines;
    json_t *run = json_loads(text, 0, NULL);
    bool begun = run && parts_shard_begin(run);
    json_decref(run);
    return begun;
}

static int leave(const dn_machines *machines, bool working, int status)
{
    (void)working;
    return parts_shard_end(machines && status != EXIT_REFUSED);
}

const launched_way launched_shard = {parts_shard_asked, join, speaks, has_the_same, leave};
