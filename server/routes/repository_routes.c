/* SPDX-License-Identifier: MIT */
/* /v2/repository: which networks there are; loads and unloads them, where that is allowed. */
#include "context.h"
#include "protocol/repository_control.h"
#include "routes/route.h"

#include <stdlib.h>
#include <string.h>

static void answer_list(exchange *x, bool ready_only)
{
    repository_entry *entries = malloc(REPOSITORY_MOST * sizeof *entries);
    repository_model *models = malloc(REPOSITORY_MOST * sizeof *models);
    int listed = 0;
    int count = entries ? repository_list(x->server->repository, entries, REPOSITORY_MOST) : 0;
    for (int i = 0; i < count && models; i++) {
        const repository_entry *e = &entries[i];
        const char *reason = e->fault[0] || e->loaded ? e->fault : "unloaded";
        if (e->loaded || !ready_only)
            models[listed++] = (repository_model){e->name, e->loaded, reason};
    }
    exchange_reply_json(x, 200, entries && models ? repository_describe(models, listed) : NULL);
    free(entries);
    free(models);
}

static void answer_index(exchange *x)
{
    bool ready_only;
    dn_status status = repository_read_index(x->body, x->size, &ready_only);
    if (status != DN_OK)
        exchange_refuse_status(x, status);
    else
        answer_list(x, ready_only);
}

/* Whether a page of another site had a browser send this, as browsers say themselves. */
static bool is_of_another_site(const exchange *x)
{
    const char *site = exchange_header(x, "Sec-Fetch-Site");
    return site && (strcmp(site, "cross-site") == 0 || strcmp(site, "same-site") == 0);
}

/* change: loads or unloads the network that the path names. */
static void answer_change(exchange *x, dn_status (*check)(const void *body, size_t size),
                          dn_status (*change)(repository *r, const char *name))
{
    if (!x->server->options->allow_load) {
        exchange_refuse(x, 403,
                        "networks are loaded and unloaded by requests only with "
                        "--allow-load");
        return;
    }
    if (is_of_another_site(x)) {
        exchange_refuse(x, 403, "a page of another site may not load or unload networks");
        return;
    }
    dn_status status = check(x->body, x->size);
    if (status != DN_OK) {
        exchange_refuse_status(x, status);
        return;
    }
    status = change(x->server->repository, x->parts[0]);
    if (status == DN_OK)
        exchange_reply_json(x, 200, json_object());
    else
        exchange_refuse(x, status == DN_ERROR_ARGUMENT ? 404 : exchange_status_of(status), "%s",
                        dn_last_error());
}

static void answer_load(exchange *x)
{
    answer_change(x, repository_check_load, repository_load);
}

static void answer_unload(exchange *x)
{
    answer_change(x, repository_check_unload, repository_unload);
}

const route repository_routes[] = {
    {"POST", "/v2/repository/index", answer_index, ROUTE_NO_NETWORK, false, false},
    {"POST", "/v2/repository/models/?/load", answer_load, ROUTE_NO_NETWORK, true, false},
    {"POST", "/v2/repository/models/?/unload", answer_unload, ROUTE_NO_NETWORK, true, false},
    {0},
};
