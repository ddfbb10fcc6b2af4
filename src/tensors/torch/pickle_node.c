/* SPDX-License-Identifier: MIT */
#include "tensors/torch/pickle.h"

#include <string.h>

dn_status dn_pickle_node_create(dn_pool *pool, dn_pickle_kind kind, dn_pickle_node **node)
{
    dn_pickle_node *made = NULL;
    DN_TRY(dn_pool_alloc(pool, 1, sizeof *made, &made));
    made->kind = kind;
    *node = made;
    return DN_OK;
}

dn_status dn_pickle_node_append(dn_pool *pool, dn_pickle_node *list, dn_pickle_node *item)
{
    DN_TRY(dn_pool_grow(pool, sizeof(dn_pickle_node *), list->list.count, &list->list.capacity,
                        &list->list.items));
    list->list.items[list->list.count++] = item;
    return DN_OK;
}

bool dn_pickle_node_is_text(const dn_pickle_node *node, const char *text)
{
    return node && node->kind == DN_PICKLE_TEXT && node->text.size == strlen(text) &&
           memcmp(node->text.data, text, node->text.size) == 0;
}

bool dn_pickle_node_is_class(const dn_pickle_node *node, const char *name)
{
    return node && node->kind == DN_PICKLE_CLASS && strcmp(node->text.data, name) == 0;
}

dn_pickle_node *dn_pickle_node_get(const dn_pickle_node *dict, const char *key)
{
    if (!dict || dict->kind != DN_PICKLE_DICT)
        return NULL;
    for (size_t i = 0; i + 1 < dict->list.count; i += 2)
        if (dn_pickle_node_is_text(dict->list.items[i], key))
            return dict->list.items[i + 1];
    return NULL;
}

dn_pickle_node *dn_pickle_node_item(const dn_pickle_node *list, size_t i)
{
    return list && list->kind == DN_PICKLE_LIST && i < list->list.count ? list->list.items[i]
                                                                        : NULL;
}
