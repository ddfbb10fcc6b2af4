/* SPDX-License-Identifier: MIT */
#include "tensors/torch/frozen/frozen_calls.h"

#include "tensors/torch/frozen/frozen_cursor.h"
#include "tensors/torch/frozen/frozen_functions.h"

#include <string.h>

/* ---- lists ---- */

dn_status dn_script_list_create(dn_pool *pool, dn_script_value *list)
{
    *list = (dn_script_value){.kind = DN_SCRIPT_LIST};
    return dn_pool_alloc(pool, 1, sizeof *list->list, &list->list);
}

dn_status dn_script_list_add(dn_pool *pool, dn_script_value *list, const dn_script_value *item)
{
    dn_script_list *l = list->list;
    DN_TRY(dn_pool_grow(pool, sizeof *l->items, l->count, &l->capacity, &l->items));
    l->items[l->count++] = *item;
    return DN_OK;
}

/* ---- any function ---- */

/* "relu" of "torch.relu_", which changes its argument in place. */
static dn_span plain_name(dn_span function, bool *in_place)
{
    if (dn_span_begins(function, "torch."))
        function.at += strlen("torch.");
    *in_place =
        function.end > function.at + 2 && function.end[-1] == '_' && function.end[-2] != '_';
    function.end -= *in_place;
    return function;
}

/* What an unknown function may do to its arguments. */
static dn_status spoil(const dn_script_call *call, dn_frozen_value unknown)
{
    for (int i = 0; i < call->count; i++) {
        const dn_script_value *given = &call->arguments[i];
        if (given->kind == DN_SCRIPT_LIST)
            DN_TRY(dn_budget_take_steps(&call->g->file->budget, given->list->count));
        for (size_t k = 0; given->kind == DN_SCRIPT_LIST && k < given->list->count; k++)
            given->list->items[k] = (dn_script_value){.kind = DN_SCRIPT_VALUE, .value = unknown};
        if (given->kind == DN_SCRIPT_VALUE && call->named)
            DN_TRY(dn_frozen_change(call->g, given->value, unknown));
    }
    return DN_OK;
}

static dn_status make_unknown(const dn_script_call *call, dn_frozen_value *made)
{
    dn_frozen_value inputs[DN_MOST_ARGUMENTS];
    int count = 0;
    char *type;
    for (int i = 0; i < call->count; i++)
        if (dn_script_is_value(call, i))
            inputs[count++] = call->arguments[i].value;
    DN_TRY(dn_pool_copy(&call->g->file->pool, call->function.at,
                        (size_t)(call->function.end - call->function.at), &type));
    DN_TRY(dn_frozen_operator(call->g, type, inputs, count, made));
    for (int i = 0; i < count; i++) /* it may be a view */
        DN_TRY(dn_frozen_share(call->g, *made, inputs[i]));
    bool in_place;
    return dn_span_is(plain_name(call->function, &in_place), "len") ? DN_OK : spoil(call, *made);
}

static bool is_append(const dn_script_call *call, dn_span name)
{
    return dn_span_is(name, "append") && call->count == 2 && !call->named &&
           dn_script_argument(call, 0)->kind == DN_SCRIPT_LIST;
}

dn_status dn_script_call_make(const dn_script_call *call, dn_script_value *result)
{
    bool in_place;
    dn_span name = plain_name(call->function, &in_place);
    dn_frozen_value made = DN_NO_VALUE;
    *result = (dn_script_value){.kind = DN_SCRIPT_VALUE};
    if (is_append(call, name)) {
        *result = call->arguments[0];
        return dn_script_list_add(&call->g->file->pool, result, &call->arguments[1]);
    }
    if (!call->named)
        DN_TRY(dn_script_function_make(call, name, &made));
    if (made == DN_NO_VALUE)
        DN_TRY(make_unknown(call, &made));
    if (in_place && dn_script_is_value(call, 0))
        DN_TRY(dn_frozen_change(call->g, dn_script_argument(call, 0)->value, made));
    result->value = made;
    return DN_OK;
}
