/* SPDX-License-Identifier: MIT */
/* A group: a heap of names, and a tree whose leaves lead to tables of symbols, each a name and the
 * address of an object. */
#include "tensors/hdf5/hdf5_parts.h"

#include <string.h>

enum { STEPS_PER_LINK = 64, BY_NAME = 2, LONGEST_NAME = 4096 };

typedef struct listing {
    const dn_hdf5_image *image;
    const char *path;
    dn_hdf5_bytes names;
    dn_hdf5_link *links;
    size_t count, capacity;
} listing;

static dn_status damaged(const listing *l)
{
    return dn_fail(DN_ERROR_FORMAT, "its group \"%.200s\" is damaged", l->path);
}

/* Of at least a byte, without a slash, after all those before it. */
static bool find_name(const listing *l, uint64_t offset, const char **name)
{
    dn_hdf5_bytes rest = l->names;
    dn_hdf5_skip(&rest, offset);
    if (rest.left > LONGEST_NAME)
        rest.left = LONGEST_NAME;
    *name = (const char *)rest.at;
    return !rest.broken && rest.left && memchr(rest.at, '\0', rest.left) && **name &&
           !strchr(*name, '/') && (!l->count || strcmp(l->links[l->count - 1].name, *name) < 0);
}

static dn_status list_symbol(listing *l, dn_hdf5_bytes *table)
{
    dn_hdf5_link link;
    uint64_t offset = dn_hdf5_number(table, 8);
    link.address = dn_hdf5_number(table, 8);
    uint64_t kind = dn_hdf5_number(table, 4);
    dn_hdf5_skip(table, 20);
    DN_TRY(dn_budget_take_steps(&l->image->file->budget, STEPS_PER_LINK));
    if (table->broken || kind > BY_NAME || !find_name(l, offset, &link.name))
        return damaged(l);
    if (kind == BY_NAME)
        return dn_fail(DN_ERROR_FORMAT,
                       "its link \"%.200s\" is not followed, because it leads by a name; save the "
                       "file without it",
                       link.name);
    DN_TRY(dn_pool_grow(&l->image->file->pool, sizeof link, l->count, &l->capacity, &l->links));
    l->links[l->count++] = link;
    return DN_OK;
}

static dn_status list_symbols(listing *l, uint64_t address)
{
    dn_hdf5_bytes table = dn_hdf5_from(l->image, address);
    dn_hdf5_expect(&table, "SNOD", 1);
    dn_hdf5_skip(&table, 1);
    uint64_t count = dn_hdf5_number(&table, 2);
    if (table.broken)
        return damaged(l);
    for (uint64_t i = 0; i < count; i++)
        DN_TRY(list_symbol(l, &table));
    return DN_OK;
}

static dn_status list_node(listing *l, uint64_t address, unsigned above)
{
    dn_hdf5_node node;
    DN_TRY(dn_budget_take_steps(&l->image->file->budget, STEPS_PER_LINK));
    if (!dn_hdf5_open_node(l->image, address, 0, above, &node))
        return damaged(l);
    for (size_t i = 0; i < node.count; i++) {
        dn_hdf5_skip(&node.pairs, 8); /* a name that is not after those below */
        uint64_t below = dn_hdf5_number(&node.pairs, 8);
        if (node.pairs.broken)
            return damaged(l);
        DN_TRY(node.level ? list_node(l, below, node.level) : list_symbols(l, below));
    }
    return DN_OK;
}

static bool open_names(listing *l, uint64_t address)
{
    dn_hdf5_bytes heap = dn_hdf5_from(l->image, address);
    dn_hdf5_expect(&heap, "HEAP", 0);
    dn_hdf5_skip(&heap, 3);
    uint64_t size = dn_hdf5_number(&heap, 8);
    dn_hdf5_skip(&heap, 8); /* what is free */
    dn_hdf5_bytes names = dn_hdf5_from(l->image, dn_hdf5_number(&heap, 8));
    l->names = dn_hdf5_cut(&names, size);
    return !heap.broken && !names.broken;
}

dn_status dn_hdf5_list_group(const dn_hdf5_image *image, const dn_hdf5_object *object,
                             dn_hdf5_link **links, size_t *count)
{
    listing l = {.image = image, .path = object->path};
    dn_hdf5_bytes body = {.broken = true};
    dn_hdf5_find_message(object, DN_HDF5_SYMBOLS, &body);
    uint64_t tree = dn_hdf5_number(&body, 8), heap = dn_hdf5_number(&body, 8);
    if (body.broken || !open_names(&l, heap))
        return damaged(&l);
    DN_TRY(list_node(&l, tree, DN_HDF5_TOP));
    *links = l.links;
    *count = l.count;
    return DN_OK;
}
