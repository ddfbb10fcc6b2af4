/* SPDX-License-Identifier: MIT */
#include "networks/served_network.h"

#include "base/status.h"

#include <stdlib.h>
#include <string.h>

static dn_status check(const network *n)
{
    const dn_arch *arch = dn_model_arch(n->model);
    if (!arch->classes)
        return dn_fail(DN_ERROR_MISMATCH, "%s: has no head, so it gives features, not answers",
                       n->source);
    if (n->preprocess.channels != arch->channels)
        return dn_fail(DN_ERROR_MISMATCH,
                       "%s: its pipeline makes pictures of %d channels, the network takes %d",
                       n->source, n->preprocess.channels, arch->channels);
    return DN_OK;
}

/* Copies the head's tensors, the only ones that are read once a session has laid out the rest:
 * whoever then cuts the file short, which is mapped, does no harm. */
static dn_status copy_head(dn_model *model)
{
    static const char body[] = "features.";
    for (int i = 0; i < dn_model_tensor_count(model); i++) {
        dn_tensor_view view = dn_model_tensor(model, i);
        size_t count = 1;
        for (int d = 0; d < view.rank; d++)
            count *= (size_t)view.shape[d];
        if (strncmp(view.name, body, sizeof body - 1) != 0)
            DN_TRY(dn_model_set_tensor(model, i, view.data, count));
    }
    return DN_OK;
}

static dn_status fill(network *n, const char *name, const char *source, const char *precision)
{
    n->name = strdup(name);
    n->source = strdup(source);
    if (!n->name || !n->source)
        return dn_fail_memory(strlen(name) + strlen(source) + 2);
    DN_TRY(dn_model_load(source, NULL, &n->model));
    dn_model_preprocess(n->model, &n->preprocess);
    n->classes = dn_model_arch(n->model)->classes;
    DN_TRY(check(n));
    DN_TRY(copy_head(n->model));
    return session_pool_open(n->model, precision, &n->sessions);
}

dn_status network_open(const char *name, const char *source, const char *precision, network **made)
{
    network *n = calloc(1, sizeof *n);
    if (!n)
        return dn_fail_memory(sizeof *n);
    atomic_init(&n->holders, 1);
    dn_status status = fill(n, name, source, precision);
    if (status == DN_OK)
        *made = n;
    else
        network_release(n);
    return status;
}

network *network_hold(network *held)
{
    if (held)
        atomic_fetch_add(&held->holders, 1);
    return held;
}

void network_release(network *held)
{
    if (!held || atomic_fetch_sub(&held->holders, 1) > 1)
        return;
    session_pool_free(held->sessions);
    dn_model_free(held->model);
    free(held->name);
    free(held->source);
    free(held);
}
