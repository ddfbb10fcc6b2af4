/* SPDX-License-Identifier: MIT */
#include "loading/operators/blocks.h"

#include <stdlib.h>
#include <string.h>

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Makers are numbered as they were computed. */
dn_status dn_block_of(dn_walk *w, const dn_known *reader, dn_walk_block *block)
{
    size_t count = (size_t)reader->piece_count;
    block->makers = NULL;
    DN_TRY(dn_pool_alloc(&w->file->pool, count, sizeof *block->makers, &block->makers));
    memcpy(block->makers, reader->pieces, count * sizeof *block->makers);
    qsort(block->makers, count, sizeof *block->makers, by_number);
    block->count = (int)count;
    block->reader = reader;
    for (size_t i = 1; i < count; i++)
        if (block->makers[i - 1] == block->makers[i])
            return dn_walk_refuse(w->makers[block->makers[i]].item,
                                  "makes maps that are joined with themselves");
    return DN_OK;
}

static int place_in(const dn_walk_block *block, int count, int maker)
{
    const int *found = bsearch(&maker, block->makers, (size_t)count, sizeof maker, by_number);
    return found ? (int)(found - block->makers) : -1;
}

static int direction_of(const dn_walk_block *block, int count, const dn_known *reader)
{
    bool forwards = true, backwards = true;
    for (int i = 0; i < count; i++) {
        forwards = forwards && reader->pieces[i] == block->makers[i];
        backwards = backwards && reader->pieces[i] == block->makers[count - 1 - i];
    }
    return forwards ? 1 : backwards ? -1 : 0;
}

dn_status dn_block_order(dn_walk *w, const dn_walk_block *block, int count, const dn_known *reader,
                         const int **order, int *direction)
{
    int *starts = NULL, *made = NULL;
    *order = NULL;
    if (reader->kind != DN_KNOWN_MAPS || reader->piece_count != count)
        return DN_OK;
    DN_TRY(dn_pool_alloc(&w->file->pool, (size_t)count, sizeof *starts, &starts));
    DN_TRY(dn_pool_alloc(&w->file->pool, (size_t)reader->channels, sizeof *made, &made));
    for (int i = 0; i < count; i++)
        starts[i] = -1;
    for (int i = 0, at = 0; i < count; at += w->makers[reader->pieces[i++]].out) {
        int place = place_in(block, count, reader->pieces[i]);
        if (place < 0 || starts[place] >= 0)
            return DN_OK;
        starts[place] = at;
    }
    for (int i = 0, to = 0; i < count; i++)
        for (int c = 0; c < w->makers[block->makers[i]].out; c++)
            made[to++] = starts[i] + c;
    *order = made;
    *direction = direction_of(block, count, reader);
    return DN_OK;
}
