/* SPDX-License-Identifier: MIT */
#include "networks/served_network.h"

#include "base/status.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A pipe would be waited for until somebody writes, and could not be read a second time. */
static dn_status check_source(const char *source)
{
    struct stat found;
    if (stat(source, &found) != 0 || S_ISREG(found.st_mode) || S_ISDIR(found.st_mode))
        return DN_OK; /* or a name */
    return dn_fail(DN_ERROR_IO,
                   "%s: is a pipe or a device; networks are served from files and folders", source);
}

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

/* Computes a picture of zeros of the size that the pipeline makes: the weights that its size needs
 * are then laid out, and whoever changes the file, which is mapped, does no harm. */
static dn_status warm_up(const network *n)
{
    int height, width;
    dn_session *session = NULL;
    if (!dn_preprocess_fixed_size(&n->preprocess, &width, &height))
        return DN_OK;
    size_t count = (size_t)height * (size_t)width * (size_t)n->preprocess.channels;
    float *zeros = calloc(count, sizeof *zeros),
          *logits = calloc((size_t)n->classes, sizeof *logits);
    dn_status status = zeros && logits ? session_pool_borrow(n->sessions, 1, &session)
                                       : dn_fail_memory(count * sizeof *zeros);
    if (status == DN_OK) {
        status = dn_session_run(session, zeros, 1, height, width, logits);
        session_pool_return(n->sessions, session);
    }
    free(zeros);
    free(logits);
    return status;
}

static dn_status fill(network *n, const char *name, const char *source, const char *precision)
{
    n->name = strdup(name);
    n->source = strdup(source);
    if (!n->name || !n->source)
        return dn_fail_memory(strlen(name) + strlen(source) + 2);
    DN_TRY(check_source(source));
    DN_TRY(dn_model_load(source, NULL, &n->model));
    dn_model_preprocess(n->model, &n->preprocess);
    n->classes = dn_model_arch(n->model)->classes;
    DN_TRY(check(n));
    dn_status status = session_pool_open(n->model, precision, &n->sessions);
    return status == DN_OK ? warm_up(n) : dn_fail_within(status, source);
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
