/* SPDX-License-Identifier: MIT */
#include "networks/session_pool.h"

#include "base/status.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct idle_session {
    dn_session *session;
    struct idle_session *next;
} idle_session;

struct session_pool {
    const dn_model *model;
    const char *precision;
    dn_session *weights; /* never run: all others share what it has laid out */
    pthread_mutex_t lock;
    idle_session *idle;
};

static dn_status make_session(session_pool *pool, dn_session **session)
{
    dn_session_options options;
    dn_session_defaults(&options, sizeof options);
    options.threads = 1;
    options.precision = pool->precision;
    options.share = pool->weights;
    return dn_session_create(pool->model, &options, session);
}

dn_status session_pool_open(const dn_model *model, const char *precision, session_pool **made)
{
    session_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return dn_fail_memory(sizeof *pool);
    pool->model = model;
    pool->precision = precision;
    pthread_mutex_init(&pool->lock, NULL);
    dn_status status = make_session(pool, &pool->weights);
    if (status != DN_OK) {
        session_pool_free(pool);
        return status;
    }
    pool->precision = dn_session_precision(pool->weights);
    *made = pool;
    return DN_OK;
}

static dn_session *take_idle(session_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    idle_session *first = pool->idle;
    if (first)
        pool->idle = first->next;
    pthread_mutex_unlock(&pool->lock);
    dn_session *session = first ? first->session : NULL;
    free(first);
    return session;
}

dn_status session_pool_borrow(session_pool *pool, int width, dn_session **session)
{
    dn_session *lent = take_idle(pool);
    if (!lent)
        DN_TRY(make_session(pool, &lent));
    dn_status status = dn_session_set_threads(lent, width);
    if (status == DN_OK)
        *session = lent;
    else
        session_pool_return(pool, lent);
    return status;
}

void session_pool_return(session_pool *pool, dn_session *session)
{
    idle_session *idle = malloc(sizeof *idle);
    if (!idle) {
        dn_session_free(session);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    *idle = (idle_session){session, pool->idle};
    pool->idle = idle;
    pthread_mutex_unlock(&pool->lock);
}

const char *session_pool_precision(const session_pool *pool)
{
    return pool->precision;
}

size_t session_pool_bytes(session_pool *pool)
{
    size_t weights = dn_session_bytes(pool->weights), bytes = weights;
    pthread_mutex_lock(&pool->lock);
    for (const idle_session *at = pool->idle; at; at = at->next)
        bytes += dn_session_bytes(at->session) - weights;
    pthread_mutex_unlock(&pool->lock);
    return bytes;
}

void session_pool_free(session_pool *pool)
{
    if (!pool)
        return;
    for (dn_session *session; (session = take_idle(pool));)
        dn_session_free(session);
    dn_session_free(pool->weights);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}
