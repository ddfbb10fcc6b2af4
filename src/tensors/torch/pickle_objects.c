/* SPDX-License-Identifier: MIT */
/* Operations about classes and objects, of which none is run. */
#include "tensors/torch/pickle_operations.h"

#include <string.h>

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
    DN_TRY(dn_machine_push_new(m, DN_PICKLE_CLASS, &node));
    node->text.data = path;
    node->text.size = length;
    return DN_OK;
}

dn_status dn_op_global(dn_machine *m, const dn_operation *o)
{
    (void)o;
    const unsigned char *module = NULL, *name = NULL;
    size_t module_length = 0, name_length = 0;
    DN_TRY(dn_machine_line(m, &module, &module_length));
    DN_TRY(dn_machine_line(m, &name, &name_length));
    return push_class(m, (const char *)module, module_length, (const char *)name, name_length);
}

dn_status dn_op_stack_global(dn_machine *m, const dn_operation *o)
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
dn_status dn_op_construct(dn_machine *m, const dn_operation *o)
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

dn_status dn_op_construct_keywords(dn_machine *m, const dn_operation *o)
{
    dn_pickle_node *keywords = NULL;
    DN_TRY(dn_machine_pop(m, &keywords));
    return dn_op_construct(m, o);
}

/* The class is below the arguments, above a mark (OBJ), or named (INST). */
dn_status dn_op_object(dn_machine *m, const dn_operation *o)
{
    dn_pickle_node **first = NULL;
    size_t count = 0;
    DN_TRY(dn_machine_pop_mark(m, &first, &count));
    if (count == 0)
        return dn_fail(DN_ERROR_FORMAT, "its pickle makes an object without a class");
    m->depth++;
    DN_TRY(dn_pickle_gather(m, DN_PICKLE_LIST, first + 1, count - 1));
    return dn_op_construct(m, o);
}

dn_status dn_op_build(dn_machine *m, const dn_operation *o)
{
    (void)o;
    dn_pickle_node *object = NULL, *state = NULL;
    DN_TRY(dn_machine_pop(m, &state));
    DN_TRY(dn_machine_top(m, &object));
    return dn_pickle_build(m->pool, object, state);
}

dn_status dn_op_persistent(dn_machine *m, const dn_operation *o)
{
    (void)o;
    dn_pickle_node *id = NULL, *node = NULL;
    DN_TRY(dn_machine_pop(m, &id));
    if (!m->pickle->load)
        return dn_fail(DN_ERROR_FORMAT, "its pickle refers to data outside itself");
    DN_TRY(m->pickle->load(m->pickle->context, id, &node));
    return dn_machine_push(m, node);
}
