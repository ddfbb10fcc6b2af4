/* SPDX-License-Identifier: MIT */
/* The sessions of one model: as many as were ever lent at a time. Their laid-out weights are in
 * memory once. */
#ifndef NETWORKS_SESSION_POOL_H
#define NETWORKS_SESSION_POOL_H

#include "densenet.h"

typedef struct session_pool session_pool;

/* The model must outlive the pool. */
dn_status session_pool_open(const dn_model *model, const char *precision, session_pool **made);

/* Lends a session, which runs with so many threads; makes one if none is idle. */
dn_status session_pool_borrow(session_pool *pool, int width, dn_session **session);
void session_pool_return(session_pool *pool, dn_session *session);

const char *session_pool_precision(const session_pool *pool);

/* Of laid-out weights and the working memory of idle sessions. */
size_t session_pool_bytes(session_pool *pool);

/* All sessions must have been returned. */
void session_pool_free(session_pool *pool);

#endif
