/* SPDX-License-Identifier: MIT */
#include "tensors/torch/pickle_machine.h"

#include <string.h>

dn_status dn_machine_take(dn_machine *m, size_t count, const unsigned char **bytes)
{
    if ((size_t)(m->end - m->at) < count)
        return dn_fail(DN_ERROR_FORMAT, "its pickle ends in the middle of an operation");
    *bytes = m->at;
    m->at += count;
    return DN_OK;
}

dn_status dn_machine_number(dn_machine *m, size_t width, uint64_t *number)
{
    const unsigned char *bytes = NULL;
    DN_TRY(dn_machine_take(m, width, &bytes));
    uint64_t value = 0;
    for (size_t i = width; i-- > 0;)
        value = value << 8 | bytes[i];
    *number = value;
    return DN_OK;
}

dn_status dn_machine_counted(dn_machine *m, size_t width, const unsigned char **bytes,
                             size_t *count)
{
    uint64_t claimed = 0;
    DN_TRY(dn_machine_number(m, width, &claimed));
    size_t left = (size_t)(m->end - m->at);
    if (claimed > left)
        return dn_fail(DN_ERROR_FORMAT, "its pickle claims %llu bytes where %zu are left",
                       (unsigned long long)claimed, left);
    *count = (size_t)claimed;
    return dn_machine_take(m, *count, bytes);
}

dn_status dn_machine_line(dn_machine *m, const unsigned char **line, size_t *length)
{
    const unsigned char *newline = memchr(m->at, '\n', (size_t)(m->end - m->at));
    if (!newline)
        return dn_fail(DN_ERROR_FORMAT, "its pickle ends in the middle of a line");
    *line = m->at;
    *length = (size_t)(newline - m->at);
    m->at = newline + 1;
    return DN_OK;
}

dn_status dn_machine_push(dn_machine *m, dn_pickle_node *node)
{
    DN_TRY(
        dn_pool_grow(m->pool, sizeof(dn_pickle_node *), m->depth, &m->stack_capacity, &m->stack));
    m->stack[m->depth++] = node;
    return DN_OK;
}

dn_status dn_machine_pop_last(dn_machine *m, size_t count, dn_pickle_node ***first)
{
    size_t mark = m->mark_count ? m->marks[m->mark_count - 1] : 0;
    if (m->depth - mark < count)
        return dn_fail(DN_ERROR_FORMAT, "its pickle takes from an empty stack");
    m->depth -= count;
    *first = m->stack + m->depth;
    return DN_OK;
}

dn_status dn_machine_push_new(dn_machine *m, dn_pickle_kind kind, dn_pickle_node **node)
{
    DN_TRY(dn_pickle_node_create(m->pool, kind, node));
    return dn_machine_push(m, *node);
}

dn_status dn_machine_pop(dn_machine *m, dn_pickle_node **node)
{
    dn_pickle_node **first = NULL;
    DN_TRY(dn_machine_pop_last(m, 1, &first));
    *node = *first;
    return DN_OK;
}

dn_status dn_machine_top(dn_machine *m, dn_pickle_node **node)
{
    DN_TRY(dn_machine_pop(m, node));
    m->depth++;
    return DN_OK;
}

dn_status dn_machine_mark(dn_machine *m)
{
    DN_TRY(dn_pool_grow(m->pool, sizeof *m->marks, m->mark_count, &m->mark_capacity, &m->marks));
    m->marks[m->mark_count++] = m->depth;
    return DN_OK;
}

dn_status dn_machine_pop_mark(dn_machine *m, dn_pickle_node ***first, size_t *count)
{
    if (m->mark_count == 0)
        return dn_fail(DN_ERROR_FORMAT, "its pickle has no mark where one is needed");
    size_t mark = m->marks[--m->mark_count];
    *first = m->stack + mark;
    *count = m->depth - mark;
    m->depth = mark;
    return DN_OK;
}

/* Picklers count their memo up from 0 or 1, so an index beyond the number of
 * bytes does not come from a pickler. */
dn_status dn_machine_remember(dn_machine *m, uint64_t index)
{
    dn_pickle_node *node = NULL;
    DN_TRY(dn_machine_top(m, &node));
    if (index > m->pickle->size)
        return dn_fail(DN_ERROR_FORMAT, "its pickle numbers an object %llu",
                       (unsigned long long)index);
    while (index >= m->memo_size)
        DN_TRY(
            dn_pool_grow(m->pool, sizeof(dn_pickle_node *), m->memo_size, &m->memo_size, &m->memo));
    m->memo[index] = node;
    m->memo_used++;
    return DN_OK;
}

dn_status dn_machine_recall(dn_machine *m, uint64_t index)
{
    if (index >= m->memo_size || !m->memo[index])
        return dn_fail(DN_ERROR_FORMAT, "its pickle refers to object %llu, which does not exist",
                       (unsigned long long)index);
    return dn_machine_push(m, m->memo[index]);
}
