/* SPDX-License-Identifier: MIT */
/* Memory that lives as long as a file's contents and is freed all at once: names,
 * pickled objects, inflated data. */
#ifndef DN_BASE_POOL_H
#define DN_BASE_POOL_H

#include "base/budget.h"

typedef struct dn_pool {
    struct dn_pool_chunk *chunks; /* the one being filled first */
    dn_budget *budget;            /* that allocations take from; NULL: none */
} dn_pool;

/* Allocates count * size zeroed bytes, aligned for any type; DN_ERROR_LIMIT beyond its
 * budget. */
dn_status dn_pool_alloc(dn_pool *pool, size_t count, size_t size, void *out);

/* Copies the first `length` bytes and adds a terminating zero. */
dn_status dn_pool_copy(dn_pool *pool, const char *text, size_t length, char **out);

/* Makes room for one more item of `size` bytes in an array of the pool:
 * *items moves to twice the capacity when count reaches it. */
dn_status dn_pool_grow(dn_pool *pool, size_t size, size_t count, size_t *capacity, void *items);

void dn_pool_free(dn_pool *pool);

#endif
