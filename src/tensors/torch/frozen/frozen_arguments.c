/* SPDX-License-Identifier: MIT */
#include "tensors/torch/frozen/frozen_arguments.h"

const dn_script_value *dn_script_argument(const dn_script_call *call, int number)
{
    static const dn_script_value none = {0};
    return number < call->count ? &call->arguments[number] : &none;
}

bool dn_script_is_value(const dn_script_call *call, int number)
{
    return dn_script_argument(call, number)->kind == DN_SCRIPT_VALUE;
}

/* A number, or what holds without it. */
bool dn_script_number(const dn_script_call *call, int number, double usual, double *read)
{
    const dn_script_value *given = dn_script_argument(call, number);
    *read = given->kind == DN_SCRIPT_NUMBER ? given->number : usual;
    return given->kind == DN_SCRIPT_NUMBER || given->kind == DN_SCRIPT_NONE;
}

bool dn_script_is_number(const dn_script_call *call, int number, double usual, double expected)
{
    double read;
    return dn_script_number(call, number, usual, &read) && read == expected;
}

bool dn_script_whole(const dn_script_value *item, int64_t *whole)
{
    *whole = item->kind == DN_SCRIPT_NUMBER && item->number >= -1e9 && item->number <= 1e9
                 ? (int64_t)item->number
                 : 0;
    return item->kind == DN_SCRIPT_NUMBER && (double)*whole == item->number;
}

/* `count` whole numbers of a list; one for all; without any, `usual` (NULL: there must be some). */
bool dn_script_integers(const dn_script_call *call, int number, int count, const int64_t *usual,
                        int64_t *integers)
{
    const dn_script_value *given = dn_script_argument(call, number);
    size_t length = given->kind == DN_SCRIPT_LIST ? given->list->count : 0;
    bool absent = given->kind == DN_SCRIPT_NONE || (given->kind == DN_SCRIPT_LIST && !length);
    for (int i = 0; i < count; i++) {
        if (absent && usual)
            integers[i] = usual[i];
        else if (length == (size_t)count || length == 1
                     ? !dn_script_whole(&given->list->items[length == 1 ? 0 : i], &integers[i])
                     : !dn_script_whole(given, &integers[i]))
            return false;
    }
    return true;
}

dn_status dn_script_add(const dn_script_call *call, const char *type, int inputs,
                        dn_frozen_value *made)
{
    dn_frozen_value values[3];
    for (int i = 0; i < inputs; i++)
        values[i] = dn_script_argument(call, i)->value;
    return dn_frozen_operator(call->g, type, values, inputs, made);
}

dn_status dn_script_unary(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    return dn_script_is_value(call, 0) ? dn_script_add(call, type, 1, made) : DN_OK;
}

dn_status dn_script_same(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    DN_TRY(dn_script_unary(call, type, made));
    return dn_frozen_share(call->g, *made, dn_script_argument(call, 0)->value);
}
