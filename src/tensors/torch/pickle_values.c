/* SPDX-License-Identifier: MIT */
/* Operations that make numbers, strings and containers. */
#include "tensors/torch/pickle_operations.h"

#include <string.h>

/* None, True, False and empty containers. */
dn_status dn_op_constant(dn_machine *m, const dn_operation *o)
{
    dn_pickle_node *node = NULL;
    DN_TRY(dn_machine_push_new(m, o->kind, &node));
    if (o->kind == DN_PICKLE_BOOL)
        node->integer = o->number;
    return DN_OK;
}

/* Unsigned, except for the widest. */
dn_status dn_op_int(dn_machine *m, const dn_operation *o)
{
    uint64_t value = 0;
    dn_pickle_node *node = NULL;
    DN_TRY(dn_machine_number(m, (size_t)o->number, &value));
    DN_TRY(dn_machine_push_new(m, DN_PICKLE_INT, &node));
    node->integer = o->number == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
    return DN_OK;
}

/* The only big-endian number. */
dn_status dn_op_float(dn_machine *m, const dn_operation *o)
{
    const unsigned char *bytes = NULL;
    dn_pickle_node *node = NULL;
    uint64_t bits = 0;
    DN_TRY(dn_machine_take(m, 8, &bytes));
    for (int i = 0; i < 8; i++)
        bits = bits << 8 | bytes[i];
    DN_TRY(dn_machine_push_new(m, o->kind, &node));
    memcpy(&node->real, &bits, sizeof bits);
    return DN_OK;
}

dn_status dn_op_string(dn_machine *m, const dn_operation *o)
{
    const unsigned char *bytes = NULL;
    size_t count = 0;
    dn_pickle_node *node = NULL;
    DN_TRY(dn_machine_counted(m, (size_t)o->number, &bytes, &count));
    DN_TRY(dn_machine_push_new(m, o->kind, &node));
    node->text.data = (const char *)bytes;
    node->text.size = count;
    return DN_OK;
}

/* Two's complement, little-endian; what 64 bits cannot hold stays bytes. */
dn_status dn_op_long(dn_machine *m, const dn_operation *o)
{
    dn_pickle_node *node = NULL;
    DN_TRY(dn_op_string(m, o));
    DN_TRY(dn_machine_top(m, &node));
    size_t size = node->text.size;
    if (size > 8)
        return DN_OK;
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;)
        value = value << 8 | (unsigned char)node->text.data[i];
    if (size && size < 8 && value >> (8 * size - 1))
        value |= UINT64_MAX << 8 * size;
    node->kind = DN_PICKLE_INT;
    node->integer = (int64_t)value;
    return DN_OK;
}

/* ---- containers ---- */

static dn_status check_pairs(dn_pickle_kind kind, size_t count)
{
    if (kind == DN_PICKLE_DICT && count % 2)
        return dn_fail(DN_ERROR_FORMAT, "its pickle has a key without a value");
    return DN_OK;
}

/* A new list or dictionary of nodes that were just popped. */
dn_status dn_pickle_gather(dn_machine *m, dn_pickle_kind kind, dn_pickle_node **first, size_t count)
{
    dn_pickle_node *node = NULL;
    DN_TRY(check_pairs(kind, count));
    DN_TRY(dn_pickle_node_create(m->pool, kind, &node));
    DN_TRY(dn_pool_alloc(m->pool, count, sizeof *first, &node->list.items));
    if (count)
        memcpy(node->list.items, first, count * sizeof *first);
    node->list.count = node->list.capacity = count;
    return dn_machine_push(m, node);
}

/* What the operation is about leaves the stack: its number of nodes, or 0: all above the mark. */
static dn_status take_items(dn_machine *m, const dn_operation *o, dn_pickle_node ***first,
                            size_t *count)
{
    if (o->number == 0)
        return dn_machine_pop_mark(m, first, count);
    *count = (size_t)o->number;
    return dn_machine_pop_last(m, *count, first);
}

dn_status dn_op_gather(dn_machine *m, const dn_operation *o)
{
    dn_pickle_node **first = NULL;
    size_t count = 0;
    DN_TRY(take_items(m, o, &first, &count));
    return dn_pickle_gather(m, o->kind, first, count);
}

/* Items go into a list or dictionary, or into what an object of a subclass of
 * those holds. */
static dn_status put_items(dn_machine *m, dn_pickle_kind kind, dn_pickle_node **first, size_t count)
{
    dn_pickle_node *node = NULL;
    DN_TRY(check_pairs(kind, count));
    DN_TRY(dn_machine_top(m, &node));
    if (node->kind == DN_PICKLE_OBJECT) {
        if (!node->object.contents)
            DN_TRY(dn_pickle_node_create(m->pool, kind, &node->object.contents));
        node = node->object.contents;
    }
    if (node->kind != kind)
        return dn_fail(DN_ERROR_FORMAT, "its pickle puts items into an object that holds none");
    for (size_t i = 0; i < count; i++)
        DN_TRY(dn_pickle_node_append(m->pool, node, first[i]));
    return DN_OK;
}

dn_status dn_op_put(dn_machine *m, const dn_operation *o)
{
    dn_pickle_node **first = NULL;
    size_t count = 0;
    DN_TRY(take_items(m, o, &first, &count));
    return put_items(m, o->kind, first, count);
}
