/* SPDX-License-Identifier: MIT */
/* Protocols 1 to 5 as Python's pickletools.py documents them: a table of the
 * operations, many of which differ only in a width or a kind. */
#include "tensors/torch/pickle_machine.h"

#include <string.h>

typedef struct operation {
    dn_status (*run)(dn_machine *m, const struct operation *operation);
    int number; /* width in bytes, count or value */
    dn_pickle_kind kind;
} operation;

static dn_status push_new(dn_machine *m, dn_pickle_kind kind, dn_pickle_node **node)
{
    DN_TRY(dn_pickle_node_create(m->pool, kind, node));
    return dn_machine_push(m, *node);
}

/* ---------------------------------------------------- numbers and strings */

/* None, True, False and empty containers. */
static dn_status op_constant(dn_machine *m, const operation *o)
{
    dn_pickle_node *node = NULL;
    DN_TRY(push_new(m, o->kind, &node));
    if (o->kind == DN_PICKLE_BOOL)
        node->integer = o->number;
    return DN_OK;
}

/* Unsigned, except for the widest. */
static dn_status op_int(dn_machine *m, const operation *o)
{
    uint64_t value = 0;
    dn_pickle_node *node = NULL;
    DN_TRY(dn_machine_number(m, (size_t)o->number, &value));
    DN_TRY(push_new(m, DN_PICKLE_INT, &node));
    node->integer = o->number == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
    return DN_OK;
}

/* The only big-endian number. */
static dn_status op_float(dn_machine *m, const operation *o)
{
    const unsigned char *bytes = NULL;
    dn_pickle_node *node = NULL;
    uint64_t bits = 0;
    DN_TRY(dn_machine_take(m, 8, &bytes));
    for (int i = 0; i < 8; i++)
        bits = bits << 8 | bytes[i];
    DN_TRY(push_new(m, o->kind, &node));
    memcpy(&node->real, &bits, sizeof bits);
    return DN_OK;
}

static dn_status op_string(dn_machine *m, const operation *o)
{
    const unsigned char *bytes = NULL;
    size_t count = 0;
    dn_pickle_node *node = NULL;
    DN_TRY(dn_machine_counted(m, (size_t)o->number, &bytes, &count));
    DN_TRY(push_new(m, o->kind, &node));
    node->text.data = (const char *)bytes;
    node->text.size = count;
    return DN_OK;
}

/* Two's complement, little-endian; what 64 bits cannot hold stays bytes. */
static dn_status op_long(dn_machine *m, const operation *o)
{
    dn_pickle_node *node = NULL;
    DN_TRY(op_string(m, o));
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

/* ------------------------------------------------------------- containers */

static dn_status op_mark(dn_machine *m, const operation *o)
{
    (void)o;
    return dn_machine_mark(m);
}

static dn_status check_pairs(dn_pickle_kind kind, size_t count)
{
    if (kind == DN_PICKLE_DICT && count % 2)
        return dn_fail(DN_ERROR_FORMAT, "its pickle has a key without a value");
    return DN_OK;
}

/* A new list or dictionary of nodes that were just popped. */
static dn_status gather(dn_machine *m, dn_pickle_kind kind, dn_pickle_node **first, size_t count)
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

static dn_status op_gather(dn_machine *m, const operation *o)
{
    dn_pickle_node **first = NULL;
    size_t count = 0;
    DN_TRY(dn_machine_pop_mark(m, &first, &count));
    return gather(m, o->kind, first, count);
}

static dn_status op_tuple(dn_machine *m, const operation *o)
{
    dn_pickle_node **first = NULL;
    DN_TRY(dn_machine_pop_last(m, (size_t)o->number, &first));
    return gather(m, o->kind, first, (size_t)o->number);
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

static dn_status op_put_marked(dn_machine *m, const operation *o)
{
    dn_pickle_node **first = NULL;
    size_t count = 0;
    DN_TRY(dn_machine_pop_mark(m, &first, &count));
    return put_items(m, o->kind, first, count);
}

static dn_status op_put_last(dn_machine *m, const operation *o)
{
    dn_pickle_node **first = NULL;
    DN_TRY(dn_machine_pop_last(m, (size_t)o->number, &first));
    return put_items(m, o->kind, first, (size_t)o->number);
}

/* ---------------------------------------------------- classes and objects */

static dn_status push_class(dn_machine *m, const char *module, size_t module_length,
                            const char *name, size_t name_length)
{
    dn_pickle_node *node = NULL;
    char *path = NULL;
    size_t length = module_length + 1 + name_length;
    DN_TRY(dn_pool_alloc(m->pool, length + 1, 1, &path));
    memcpy(path, module, module_length);
    path[module_length] = '.';
    memcpy(path + module_length + 1, name, name_length);
    DN_TRY(push_new(m, DN_PICKLE_CLASS, &node));
    node->text.data = path;
    node->text.size = length;
    return DN_OK;
}

static dn_status op_global(dn_machine *m, const operation *o)
{
    (void)o;
    const unsigned char *module = NULL, *name = NULL;
    size_t module_length = 0, name_length = 0;
    DN_TRY(dn_machine_line(m, &module, &module_length));
    DN_TRY(dn_machine_line(m, &name, &name_length));
    return push_class(m, (const char *)module, module_length, (const char *)name, name_length);
}

static dn_status op_stack_global(dn_machine *m, const operation *o)
{
    (void)o;
    dn_pickle_node *module = NULL, *name = NULL;
    DN_TRY(dn_machine_pop(m, &name));
    DN_TRY(dn_machine_pop(m, &module));
    if (module->kind != DN_PICKLE_TEXT || name->kind != DN_PICKLE_TEXT)
        return dn_fail(DN_ERROR_FORMAT, "its pickle names a class by something that is not text");
    return push_class(m, module->text.data, module->text.size, name->text.data, name->text.size);
}

/* REDUCE and NEWOBJ differ only in what Python would run. */
static dn_status op_construct(dn_machine *m, const operation *o)
{
    (void)o;
    dn_pickle_node *callable = NULL, *arguments = NULL, *made = NULL;
    DN_TRY(dn_machine_pop(m, &arguments));
    DN_TRY(dn_machine_pop(m, &callable));
    if (arguments->kind != DN_PICKLE_LIST)
        return dn_fail(DN_ERROR_FORMAT, "its pickle calls with arguments that are not a tuple");
    DN_TRY(dn_pickle_construct(m->pool, callable, arguments, &made));
    return dn_machine_push(m, made);
}

static dn_status op_construct_keywords(dn_machine *m, const operation *o)
{
    dn_pickle_node *keywords = NULL;
    DN_TRY(dn_machine_pop(m, &keywords));
    return op_construct(m, o);
}

/* The class is below the arguments, above a mark (OBJ), or named (INST). */
static dn_status op_object(dn_machine *m, const operation *o)
{
    dn_pickle_node **first = NULL;
    size_t count = 0;
    DN_TRY(dn_machine_pop_mark(m, &first, &count));
    if (count == 0)
        return dn_fail(DN_ERROR_FORMAT, "its pickle makes an object without a class");
    m->depth++;
    DN_TRY(gather(m, DN_PICKLE_LIST, first + 1, count - 1));
    return op_construct(m, o);
}

static dn_status op_build(dn_machine *m, const operation *o)
{
    (void)o;
    dn_pickle_node *object = NULL, *state = NULL;
    DN_TRY(dn_machine_pop(m, &state));
    DN_TRY(dn_machine_top(m, &object));
    return dn_pickle_build(m->pool, object, state);
}

static dn_status op_persistent(dn_machine *m, const operation *o)
{
    (void)o;
    dn_pickle_node *id = NULL, *node = NULL;
    DN_TRY(dn_machine_pop(m, &id));
    if (!m->pickle->load)
        return dn_fail(DN_ERROR_FORMAT, "its pickle refers to data outside itself");
    DN_TRY(m->pickle->load(m->pickle->context, id, &node));
    return dn_machine_push(m, node);
}

/* --------------------------------------------------- stack, memo, framing */

static dn_status op_pop(dn_machine *m, const operation *o)
{
    (void)o;
    dn_pickle_node *node;
    return dn_machine_pop(m, &node);
}

static dn_status op_pop_mark(dn_machine *m, const operation *o)
{
    (void)o;
    dn_pickle_node **first;
    size_t count;
    return dn_machine_pop_mark(m, &first, &count);
}

static dn_status op_duplicate(dn_machine *m, const operation *o)
{
    (void)o;
    dn_pickle_node *node = NULL;
    DN_TRY(dn_machine_top(m, &node));
    return dn_machine_push(m, node);
}

static dn_status op_remember(dn_machine *m, const operation *o)
{
    uint64_t index = m->memo_used; /* MEMOIZE, of width 0, counts for itself */
    if (o->number)
        DN_TRY(dn_machine_number(m, (size_t)o->number, &index));
    return dn_machine_remember(m, index);
}

static dn_status op_recall(dn_machine *m, const operation *o)
{
    uint64_t index = 0;
    DN_TRY(dn_machine_number(m, (size_t)o->number, &index));
    return dn_machine_recall(m, index);
}

static dn_status op_protocol(dn_machine *m, const operation *o)
{
    uint64_t protocol = 0;
    DN_TRY(dn_machine_number(m, (size_t)o->number, &protocol));
    if (protocol > 5)
        return dn_fail(DN_ERROR_FORMAT, "its pickle has protocol %llu; 1 to 5 are read",
                       (unsigned long long)protocol);
    return DN_OK;
}

static dn_status op_frame(dn_machine *m, const operation *o)
{
    uint64_t size;
    return dn_machine_number(m, (size_t)o->number, &size);
}

static dn_status op_stop(dn_machine *m, const operation *o)
{
    (void)o;
    m->stopped = true;
    return DN_OK;
}

static const operation operations[256] = {
    ['('] = {op_mark, 0, 0},
    ['.'] = {op_stop, 0, 0},
    ['0'] = {op_pop, 0, 0},
    ['1'] = {op_pop_mark, 0, 0},
    ['2'] = {op_duplicate, 0, 0},

    ['N'] = {op_constant, 0, DN_PICKLE_NONE},
    [0x88] = {op_constant, 1, DN_PICKLE_BOOL},
    [0x89] = {op_constant, 0, DN_PICKLE_BOOL},
    ['K'] = {op_int, 1, DN_PICKLE_INT},
    ['M'] = {op_int, 2, DN_PICKLE_INT},
    ['J'] = {op_int, 4, DN_PICKLE_INT},
    [0x8a] = {op_long, 1, DN_PICKLE_BYTES},
    [0x8b] = {op_long, 4, DN_PICKLE_BYTES},
    ['G'] = {op_float, 8, DN_PICKLE_FLOAT},
    ['U'] = {op_string, 1, DN_PICKLE_TEXT}, /* of Python 2, whose strings are bytes */
    ['T'] = {op_string, 4, DN_PICKLE_TEXT},
    [0x8c] = {op_string, 1, DN_PICKLE_TEXT},
    ['X'] = {op_string, 4, DN_PICKLE_TEXT},
    [0x8d] = {op_string, 8, DN_PICKLE_TEXT},
    ['C'] = {op_string, 1, DN_PICKLE_BYTES},
    ['B'] = {op_string, 4, DN_PICKLE_BYTES},
    [0x8e] = {op_string, 8, DN_PICKLE_BYTES},
    [0x96] = {op_string, 8, DN_PICKLE_BYTES},

    [']'] = {op_constant, 0, DN_PICKLE_LIST},
    [')'] = {op_constant, 0, DN_PICKLE_LIST},
    [0x8f] = {op_constant, 0, DN_PICKLE_LIST}, /* a set */
    ['}'] = {op_constant, 0, DN_PICKLE_DICT},
    ['l'] = {op_gather, 0, DN_PICKLE_LIST},
    ['t'] = {op_gather, 0, DN_PICKLE_LIST},
    [0x91] = {op_gather, 0, DN_PICKLE_LIST},
    ['d'] = {op_gather, 0, DN_PICKLE_DICT},
    [0x85] = {op_tuple, 1, DN_PICKLE_LIST},
    [0x86] = {op_tuple, 2, DN_PICKLE_LIST},
    [0x87] = {op_tuple, 3, DN_PICKLE_LIST},
    ['a'] = {op_put_last, 1, DN_PICKLE_LIST},
    ['s'] = {op_put_last, 2, DN_PICKLE_DICT},
    ['e'] = {op_put_marked, 0, DN_PICKLE_LIST},
    [0x90] = {op_put_marked, 0, DN_PICKLE_LIST},
    ['u'] = {op_put_marked, 0, DN_PICKLE_DICT},

    ['c'] = {op_global, 0, 0},
    [0x93] = {op_stack_global, 0, 0},
    ['R'] = {op_construct, 0, 0},
    [0x81] = {op_construct, 0, 0},
    [0x92] = {op_construct_keywords, 0, 0},
    ['o'] = {op_object, 0, 0},
    ['b'] = {op_build, 0, 0},
    ['Q'] = {op_persistent, 0, 0},

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
        const operation *o = &operations[*opcode];
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
