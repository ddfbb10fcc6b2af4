/* SPDX-License-Identifier: MIT */
/* Protocols 1 to 5 as Python's pickletools.py documents them: a table of the
 * operations, many of which differ only in a width or a kind. */
#include "tensors/torch/pickle_operations.h"

/* ---- stack, memo, framing ---- */

static dn_status op_mark(dn_machine *m, const dn_operation *o)
{
    (void)o;
    return dn_machine_mark(m);
}

static dn_status op_pop(dn_machine *m, const dn_operation *o)
{
    (void)o;
    dn_pickle_node *node;
    return dn_machine_pop(m, &node);
}

static dn_status op_pop_mark(dn_machine *m, const dn_operation *o)
{
    (void)o;
    dn_pickle_node **first;
    size_t count;
    return dn_machine_pop_mark(m, &first, &count);
}

static dn_status op_duplicate(dn_machine *m, const dn_operation *o)
{
    (void)o;
    dn_pickle_node *node = NULL;
    DN_TRY(dn_machine_top(m, &node));
    return dn_machine_push(m, node);
}

static dn_status op_remember(dn_machine *m, const dn_operation *o)
{
    uint64_t index = m->memo_used; /* MEMOIZE, of width 0, counts for itself */
    if (o->number)
        DN_TRY(dn_machine_number(m, (size_t)o->number, &index));
    return dn_machine_remember(m, index);
}

static dn_status op_recall(dn_machine *m, const dn_operation *o)
{
    uint64_t index = 0;
    DN_TRY(dn_machine_number(m, (size_t)o->number, &index));
    return dn_machine_recall(m, index);
}

static dn_status op_protocol(dn_machine *m, const dn_operation *o)
{
    uint64_t protocol = 0;
    DN_TRY(dn_machine_number(m, (size_t)o->number, &protocol));
    if (protocol > 5)
        return dn_fail(DN_ERROR_FORMAT, "its pickle has protocol %llu; 1 to 5 are read",
                       (unsigned long long)protocol);
    return DN_OK;
}

static dn_status op_frame(dn_machine *m, const dn_operation *o)
{
    uint64_t size;
    return dn_machine_number(m, (size_t)o->number, &size);
}

static dn_status op_stop(dn_machine *m, const dn_operation *o)
{
    (void)o;
    m->stopped = true;
    return DN_OK;
}

static const dn_operation operations[256] = {
    ['('] = {op_mark, 0, 0},
    ['.'] = {op_stop, 0, 0},
    ['0'] = {op_pop, 0, 0},
    ['1'] = {op_pop_mark, 0, 0},
    ['2'] = {op_duplicate, 0, 0},

    ['N'] = {dn_op_constant, 0, DN_PICKLE_NONE},
    [0x88] = {dn_op_constant, 1, DN_PICKLE_BOOL},
    [0x89] = {dn_op_constant, 0, DN_PICKLE_BOOL},
    ['K'] = {dn_op_int, 1, DN_PICKLE_INT},
    ['M'] = {dn_op_int, 2, DN_PICKLE_INT},
    ['J'] = {dn_op_int, 4, DN_PICKLE_INT},
    [0x8a] = {dn_op_long, 1, DN_PICKLE_BYTES},
    [0x8b] = {dn_op_long, 4, DN_PICKLE_BYTES},
    ['G'] = {dn_op_float, 8, DN_PICKLE_FLOAT},
    ['U'] = {dn_op_string, 1, DN_PICKLE_TEXT}, /* of Python 2, whose strings are bytes */
    ['T'] = {dn_op_string, 4, DN_PICKLE_TEXT},
    [0x8c] = {dn_op_string, 1, DN_PICKLE_TEXT},
    ['X'] = {dn_op_string, 4, DN_PICKLE_TEXT},
    [0x8d] = {dn_op_string, 8, DN_PICKLE_TEXT},
    ['C'] = {dn_op_string, 1, DN_PICKLE_BYTES},
    ['B'] = {dn_op_string, 4, DN_PICKLE_BYTES},
    [0x8e] = {dn_op_string, 8, DN_PICKLE_BYTES},
    [0x96] = {dn_op_string, 8, DN_PICKLE_BYTES},

    [']'] = {dn_op_constant, 0, DN_PICKLE_LIST},
    [')'] = {dn_op_constant, 0, DN_PICKLE_LIST},
    [0x8f] = {dn_op_constant, 0, DN_PICKLE_LIST}, /* a set */
    ['}'] = {dn_op_constant, 0, DN_PICKLE_DICT},
    ['l'] = {dn_op_gather, 0, DN_PICKLE_LIST},
    ['t'] = {dn_op_gather, 0, DN_PICKLE_LIST},
    [0x91] = {dn_op_gather, 0, DN_PICKLE_LIST},
    ['d'] = {dn_op_gather, 0, DN_PICKLE_DICT},
    [0x85] = {dn_op_gather, 1, DN_PICKLE_LIST},
    [0x86] = {dn_op_gather, 2, DN_PICKLE_LIST},
    [0x87] = {dn_op_gather, 3, DN_PICKLE_LIST},
    ['a'] = {dn_op_put, 1, DN_PICKLE_LIST},
    ['s'] = {dn_op_put, 2, DN_PICKLE_DICT},
    ['e'] = {dn_op_put, 0, DN_PICKLE_LIST},
    [0x90] = {dn_op_put, 0, DN_PICKLE_LIST},
    ['u'] = {dn_op_put, 0, DN_PICKLE_DICT},

    ['c'] = {dn_op_global, 0, 0},
    [0x93] = {dn_op_stack_global, 0, 0},
    ['R'] = {dn_op_construct, 0, 0},
    [0x81] = {dn_op_construct, 0, 0},
    [0x92] = {dn_op_construct_keywords, 0, 0},
    ['o'] = {dn_op_object, 0, 0},
    ['b'] = {dn_op_build, 0, 0},
    ['Q'] = {dn_op_persistent, 0, 0},

    [0x94] = {op_remember, 0, 0},
    ['q'] = {op_remember, 1, 0},
    ['r'] = {op_remember, 4, 0},
    ['h'] = {op_recall, 1, 0},
    ['j'] = {op_recall, 4, 0},
    [0x80] = {op_protocol, 1, 0},
    [0x95] = {op_frame, 8, 0},
};

static dn_status run(dn_machine *m)
{
    while (!m->stopped) {
        const unsigned char *opcode = NULL;
        DN_TRY(dn_machine_take(m, 1, &opcode));
        const dn_operation *o = &operations[*opcode];
        if (!o->run)
            return dn_fail(DN_ERROR_FORMAT, "its pickle has operation 0x%02x, which is not read",
                           *opcode);
        DN_TRY(o->run(m, o));
    }
    return DN_OK;
}

dn_status dn_pickle_read(dn_pickle *pickle, dn_pickle_node **root)
{
    dn_machine m = {
        .pickle = pickle,
        .pool = pickle->pool,
        .at = pickle->data + pickle->at,
        .end = pickle->data + pickle->size,
    };
    DN_TRY(dn_pool_grow(m.pool, sizeof(dn_pickle_node *), 0, &m.stack_capacity, &m.stack));
    DN_TRY(run(&m));
    DN_TRY(dn_machine_pop(&m, root));
    pickle->at = (size_t)(m.at - pickle->data);
    return DN_OK;
}
