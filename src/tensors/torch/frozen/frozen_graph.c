/* SPDX-License-Identifier: MIT */
#include "tensors/torch/frozen/frozen_graph.h"

#include <limits.h>
#include <string.h>

enum { MOST_ATTRIBUTES = 4 };

/* ---- values ---- */

static dn_status add_value(dn_frozen_graph *g, dn_frozen_value *value)
{
    if (g->value_count >= INT_MAX / 4)
        return dn_fail(DN_ERROR_LIMIT, "its code has more than %d values", INT_MAX / 4);
    DN_TRY(dn_pool_grow(&g->file->pool, sizeof *g->memory, g->value_count, &g->memory_capacity,
                        &g->memory));
    *value = (dn_frozen_value)g->value_count++;
    g->memory[*value] = (dn_frozen_memory){*value, *value};
    return DN_OK;
}

dn_status dn_frozen_input(dn_frozen_graph *g)
{
    dn_frozen_value value;
    g->input_count++;
    return add_value(g, &value);
}

dn_status dn_frozen_constant(dn_frozen_graph *g, const dn_tensor *tensor, dn_frozen_value *value)
{
    if (g->constant_count >= INT_MAX / 4)
        return dn_fail(DN_ERROR_LIMIT, "its code has more than %d constants", INT_MAX / 4);
    DN_TRY(dn_pool_grow(&g->file->pool, sizeof(void *), g->constant_count, &g->constant_capacity,
                        &g->constants));
    *value = DN_NO_VALUE - 1 - (dn_frozen_value)g->constant_count;
    g->constants[g->constant_count++] = tensor;
    return DN_OK;
}

dn_status dn_frozen_numbers(dn_frozen_graph *g, dn_dtype dtype, int rank, int64_t count,
                            const double *numbers, dn_frozen_value *value)
{
    dn_tensor *tensor;
    unsigned char *data;
    DN_TRY(dn_pool_alloc(&g->file->pool, 1, sizeof *tensor, &tensor));
    DN_TRY(dn_pool_alloc(&g->file->pool, (size_t)count + 1, dn_dtype_size(dtype), &data));
    *tensor = (dn_tensor){.name = "", .dtype = dtype, .rank = rank, .data = data};
    tensor->shape[0] = count;
    tensor->count = (size_t)count;
    dn_tensor_pack(tensor);
    for (size_t i = 0; i < tensor->count; i++) {
        float real = (float)numbers[i];
        int64_t whole = dtype == DN_I64 ? (int64_t)numbers[i] : 0;
        memcpy(data + i * dn_dtype_size(dtype), dtype == DN_I64 ? (void *)&whole : (void *)&real,
               dn_dtype_size(dtype));
    }
    return dn_frozen_constant(g, tensor, value);
}

const dn_tensor *dn_frozen_tensor(const dn_frozen_graph *g, dn_frozen_value value)
{
    return value < DN_NO_VALUE ? g->constants[DN_NO_VALUE - 1 - value] : NULL;
}

/* ---- operators ---- */

dn_status dn_frozen_operator(dn_frozen_graph *g, const char *type, const dn_frozen_value *inputs,
                             int count, dn_frozen_value *output)
{
    dn_pool *pool = &g->file->pool;
    dn_attribute *attributes;
    int *own;
    DN_TRY(dn_pool_grow(pool, sizeof *g->items, g->count, &g->capacity, &g->items));
    DN_TRY(dn_pool_alloc(pool, MOST_ATTRIBUTES, sizeof *attributes, &attributes));
    DN_TRY(dn_pool_alloc(pool, (size_t)count + 1, sizeof *own, &own));
    DN_TRY(add_value(g, output));
    for (int i = 0; i < count; i++)
        own[i] = dn_frozen_now(g, inputs[i]);
    g->items[g->count++] = (dn_operator){.name = "",
                                         .type = type,
                                         .domain = "",
                                         .inputs = own,
                                         .input_count = count,
                                         .first_output = *output,
                                         .output_count = 1,
                                         .attributes = attributes};
    return DN_OK;
}

/* The newest operator's next attribute. */
static dn_attribute *add_attribute(dn_frozen_graph *g, const char *name)
{
    dn_operator *item = &g->items[g->count - 1];
    dn_attribute *attribute = (dn_attribute *)&item->attributes[item->attribute_count++];
    attribute->name = name;
    return attribute;
}

dn_status dn_frozen_integers(dn_frozen_graph *g, const char *name, const int64_t *integers,
                             size_t count)
{
    int64_t *own;
    DN_TRY(dn_pool_alloc(&g->file->pool, count + 1, sizeof *own, &own));
    memcpy(own, integers, count * sizeof *own);
    dn_attribute *attribute = add_attribute(g, name);
    attribute->integers = own;
    attribute->integer_count = count;
    return DN_OK;
}

dn_status dn_frozen_integer(dn_frozen_graph *g, const char *name, int64_t integer)
{
    add_attribute(g, name)->integer = integer;
    return DN_OK;
}

dn_status dn_frozen_real(dn_frozen_graph *g, const char *name, double real)
{
    add_attribute(g, name)->real = (float)real;
    return DN_OK;
}

dn_status dn_frozen_text(dn_frozen_graph *g, const char *name, const char *text)
{
    add_attribute(g, name)->text = text;
    return DN_OK;
}

/* ---- memory ---- */

dn_frozen_value dn_frozen_now(const dn_frozen_graph *g, dn_frozen_value value)
{
    return value >= 0 ? g->memory[value].now : value;
}

dn_status dn_frozen_share(dn_frozen_graph *g, dn_frozen_value one, dn_frozen_value other)
{
    if (one < 0 || other < 0 || g->memory[one].base == g->memory[other].base)
        return DN_OK;
    const dn_frozen_value base = g->memory[other].base, was = g->memory[one].base;
    DN_TRY(dn_budget_take_steps(&g->file->budget, g->value_count));
    for (size_t v = 0; v < g->value_count; v++)
        if (g->memory[v].base == was)
            g->memory[v].base = base;
    return DN_OK;
}

dn_status dn_frozen_change(dn_frozen_graph *g, dn_frozen_value value, dn_frozen_value changed)
{
    dn_frozen_value stale = DN_NO_VALUE, now = dn_frozen_now(g, value);
    if (now < 0 || changed < 0)
        return DN_OK;
    DN_TRY(dn_budget_take_steps(&g->file->budget, g->value_count));
    const dn_frozen_value base = g->memory[now].base;
    const size_t before = g->value_count;
    for (size_t v = 0; v < before; v++) {
        const dn_frozen_value found = g->memory[v].now;
        if ((dn_frozen_value)v == changed || g->memory[v].base != base)
            continue;
        if (found != now && stale == DN_NO_VALUE) {
            DN_TRY(dn_frozen_operator(g, "changed in place", &changed, 1, &stale));
            g->items[g->count - 1].name = "a view";
        }
        g->memory[v].now = found == now ? changed : stale;
    }
    g->memory[changed].base = base;
    return DN_OK;
}

/* ---- the file's operators ---- */

/* Constants come first. */
static int renumber(const dn_frozen_graph *g, dn_frozen_value value)
{
    return value >= 0            ? value + (int)g->constant_count
           : value < DN_NO_VALUE ? DN_NO_VALUE - 1 - value
                                 : DN_NO_VALUE;
}

static void number_operators(const dn_frozen_graph *g)
{
    for (size_t i = 0; i < g->count; i++) {
        dn_operator *item = &g->items[i];
        int *inputs = (int *)item->inputs;
        for (int k = 0; k < item->input_count; k++)
            inputs[k] = renumber(g, inputs[k]);
        item->first_output = renumber(g, item->first_output);
    }
}

dn_status dn_frozen_finish(dn_frozen_graph *g, const dn_frozen_value *outputs, size_t count)
{
    dn_pool *pool = &g->file->pool;
    dn_operators *made;
    DN_TRY(dn_pool_alloc(pool, 1, sizeof *made, &made));
    *made = (dn_operators){.items = g->items,
                           .count = g->count,
                           .value_count = g->constant_count + g->value_count,
                           .input = (int)g->constant_count,
                           .input_count = g->input_count,
                           .output_count = (int)count,
                           .version = 18,
                           .producer = "TorchScript"};
    DN_TRY(dn_pool_alloc(pool, made->value_count, sizeof *made->values, &made->values));
    DN_TRY(dn_pool_alloc(pool, count, sizeof *made->outputs, &made->outputs));
    for (size_t i = 0; i < made->value_count; i++)
        made->values[i] =
            (dn_operator_value){.name = "",
                                .tensor = i < g->constant_count ? g->constants[i] : NULL,
                                .rank = -1,
                                .dtype = DN_F32};
    for (size_t i = 0; i < count; i++)
        made->outputs[i] = renumber(g, dn_frozen_now(g, outputs[i]));
    number_operators(g);
    g->file->operators = made;
    return DN_OK;
}
