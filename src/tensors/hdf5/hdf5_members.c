/* SPDX-License-Identifier: MIT */
/* What leads from a group to its members: a heap of their names, tables of symbols, and a tree over
 * these. Nodes have one size, whether they are full or not. */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_maker.h"

#include <stdlib.h>
#include <string.h>

enum {
    TABLE = 2 * DN_HDF5_LEAF,  /* most symbols of a table */
    NODE = 2 * DN_HDF5_BRANCH, /* most nodes or tables below a node */
    SYMBOL_BYTES = 40,
    NODE_BYTES = 24 + 8 + 16 * NODE,
    NO_FREE_NAMES = 1
};

/* A table or node: its address, and where the last name below it is in the heap. */
typedef struct below {
    uint64_t address, last_name;
} below;

typedef struct group {
    dn_text *out;
    uint64_t begin; /* where out is in the file */
    dn_hdf5_item **members;
    uint64_t *names; /* where each one's name is in the heap */
    size_t count;
} group;

static uint64_t address_of_next(const group *g)
{
    return g->begin + g->out->length;
}

static void put_zeros(dn_text *out, size_t bytes)
{
    for (; bytes; bytes -= 8)
        dn_hdf5_put(out, 8, 0);
}

/* The empty name first. */
static void put_names(group *g, dn_hdf5_item *item)
{
    size_t size = 8;
    for (size_t i = 0; i < g->count; i++) {
        g->names[i] = size;
        size += (size_t)dn_hdf5_align(strlen(g->members[i]->name) + 1);
    }
    item->names = address_of_next(g);
    dn_text_add_bytes(g->out, "HEAP\0\0\0\0", 8);
    dn_hdf5_put(g->out, 8, size);
    dn_hdf5_put(g->out, 8, NO_FREE_NAMES);
    dn_hdf5_put(g->out, 8, item->names + 32);
    dn_hdf5_put(g->out, 8, 0);
    for (size_t i = 0; i < g->count; i++) {
        dn_text_add_bytes(g->out, g->members[i]->name, strlen(g->members[i]->name) + 1);
        dn_hdf5_fill(g->out);
    }
}

static below put_table(const group *g, size_t first)
{
    size_t count = g->count - first < TABLE ? g->count - first : TABLE;
    below table = {address_of_next(g), count ? g->names[first + count - 1] : 0};
    dn_text_add_bytes(g->out, "SNOD\1\0", 6);
    dn_hdf5_put(g->out, 2, count);
    for (size_t i = first; i < first + count; i++) {
        dn_hdf5_put(g->out, 8, g->names[i]);
        dn_hdf5_put(g->out, 8, g->members[i]->address);
        put_zeros(g->out, 24);
    }
    put_zeros(g->out, (TABLE - count) * SYMBOL_BYTES);
    return table;
}

/* Number `number` of `nodes` at its level, over some of `count` nodes or tables. */
static below put_node(const group *g, unsigned level, size_t number, size_t nodes,
                      const below *under, size_t count)
{
    size_t first = number * NODE, end = first + NODE < count ? first + NODE : count;
    below node = {address_of_next(g), under[end - 1].last_name};
    dn_text_add_bytes(g->out, "TREE\0", 5);
    dn_hdf5_put(g->out, 1, level);
    dn_hdf5_put(g->out, 2, end - first);
    dn_hdf5_put(g->out, 8, number ? node.address - NODE_BYTES : DN_HDF5_NOWHERE);
    dn_hdf5_put(g->out, 8, number + 1 < nodes ? node.address + NODE_BYTES : DN_HDF5_NOWHERE);
    dn_hdf5_put(g->out, 8, first ? under[first - 1].last_name : 0);
    for (size_t i = first; i < end; i++) {
        dn_hdf5_put(g->out, 8, under[i].address);
        dn_hdf5_put(g->out, 8, under[i].last_name);
    }
    put_zeros(g->out, (NODE - (end - first)) * 16);
    return node;
}

/* Of no members too there is a table. Each level of the tree replaces what it is over. */
static dn_status put_tree(const group *g, uint64_t *tree)
{
    size_t count = g->count ? (g->count + TABLE - 1) / TABLE : 1;
    below *under = NULL;
    unsigned level = 0;
    DN_TRY(dn_calloc(count, sizeof *under, &under));
    for (size_t i = 0; i < count; i++)
        under[i] = put_table(g, i * TABLE);
    do {
        size_t nodes = (count + NODE - 1) / NODE;
        below last = {0};
        for (size_t i = 0; i < nodes; i++) {
            below node = put_node(g, level, i, nodes, under, count);
            if (i)
                under[i - 1] = last;
            last = node;
        }
        under[nodes - 1] = last;
        count = nodes;
        level++;
    } while (count > 1);
    *tree = under[0].address;
    free(under);
    return DN_OK;
}

static int by_name(const void *a, const void *b)
{
    const dn_hdf5_item *first = *(dn_hdf5_item *const *)a, *second = *(dn_hdf5_item *const *)b;
    return strcmp(first->name, second->name);
}

static dn_status put_members(group *g, dn_hdf5_item *item)
{
    size_t i = 0;
    for (dn_hdf5_item *member = item->members; member; member = member->next)
        g->members[i++] = member;
    qsort(g->members, g->count, sizeof *g->members, by_name);
    put_names(g, item);
    return put_tree(g, &item->tree);
}

dn_status dn_hdf5_put_members(dn_hdf5_maker *m, uint64_t begin, dn_hdf5_item *item)
{
    group g = {.out = &m->described, .begin = begin, .count = item->member_count};
    dn_status status = dn_calloc(g.count, sizeof *g.members, &g.members);
    if (status == DN_OK)
        status = dn_calloc(g.count, sizeof *g.names, &g.names);
    if (status == DN_OK)
        status = put_members(&g, item);
    free(g.members);
    free(g.names);
    dn_hdf5_put(&item->messages, 2, DN_HDF5_SYMBOLS);
    dn_hdf5_put(&item->messages, 6, 16);
    dn_hdf5_put(&item->messages, 8, item->tree);
    dn_hdf5_put(&item->messages, 8, item->names);
    item->message_count++;
    return status;
}
