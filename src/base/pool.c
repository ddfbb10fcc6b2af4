/* SPDX-License-Identifier: MIT */
#include "base/pool.h"

#include "base/memory.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 65536

struct dn_pool_chunk {
    struct dn_pool_chunk *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

static dn_status add_chunk(dn_pool *pool, size_t bytes)
{
    size_t size = bytes > CHUNK_SIZE ? bytes : CHUNK_SIZE, total;
    if (!dn_add(size, sizeof *pool->chunks, &total))
        return dn_fail_memory(SIZE_MAX);
    struct dn_pool_chunk *chunk;
    DN_TRY(dn_calloc(1, total, &chunk));
    *chunk = (struct dn_pool_chunk){.next = pool->chunks, .size = size};
    pool->chunks = chunk;
    return DN_OK;
}

dn_status dn_pool_alloc(dn_pool *pool, size_t count, size_t size, void *out)
{
    size_t bytes;
    if (!dn_multiply(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return dn_fail_memory(SIZE_MAX);
    bytes = dn_round_up(bytes, alignof(max_align_t));
    if (pool->budget)
        DN_TRY(dn_budget_take_bytes(pool->budget, bytes));
    if (!pool->chunks || pool->chunks->size - pool->chunks->used < bytes)
        DN_TRY(add_chunk(pool, bytes));
    void *memory = pool->chunks->bytes + pool->chunks->used;
    pool->chunks->used += bytes;
    memcpy(out, &memory, sizeof memory);
    return DN_OK;
}

dn_status dn_pool_copy(dn_pool *pool, const char *text, size_t length, char **out)
{
    char *copy = NULL;
    DN_TRY(dn_pool_alloc(pool, length + 1, 1, &copy));
    memcpy(copy, text, length);
    *out = copy;
    return DN_OK;
}

dn_status dn_pool_grow(dn_pool *pool, size_t size, size_t count, size_t *capacity, void *items)
{
    if (count < *capacity)
        return DN_OK;
    size_t larger = *capacity ? 2 * *capacity : 4;
    void *old, *grown = NULL;
    memcpy(&old, items, sizeof old);
    DN_TRY(dn_pool_alloc(pool, larger, size, &grown));
    if (count)
        memcpy(grown, old, count * size);
    memcpy(items, &grown, sizeof grown);
    *capacity = larger;
    return DN_OK;
}

void dn_pool_free(dn_pool *pool)
{
    while (pool->chunks) {
        struct dn_pool_chunk *next = pool->chunks->next;
        free(pool->chunks);
        pool->chunks = next;
    }
    *pool = (dn_pool){0};
}
