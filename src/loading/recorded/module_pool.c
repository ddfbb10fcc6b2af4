/* SPDX-License-Identifier: MIT */
/* The pool between the last norm and the classifier, or after a classifier that is a convolution.
 */
#include "loading/recorded/module_pool.h"

#include "loading/recorded/module_code.h"
#include "loading/recorded/module_facts.h"
#include "network/head.h"

#include <string.h>

typedef struct pools {
    const dn_recorded_modules *modules;
    const dn_recorded_module *norm, *around; /* around: it and the head */
    const dn_head *head;
    int seen, window;
} pools;

/* After the last norm, or beside what holds it: code may call it wherever it is registered. */
static bool is_last(const pools *p, const dn_recorded_module *module)
{
    const dn_recorded_module *parent = dn_recorded_parent(p->modules, module);
    if (parent && strstr(dn_recorded_class(p->modules, parent), "ConcatPool"))
        return false;
    return module > p->norm || (parent && parent == p->around && !parent->class[0]);
}

/* The side of a window that is as wide as it is high and steps by its side; 0 of any other. */
static int side_of(const pools *p, const dn_recorded_module *pool)
{
    const dn_value *kernel = dn_recorded_attribute(p->modules, pool, "kernel_size");
    double side = kernel && kernel->numbers ? kernel->numbers[0] : 0;
    bool plain = side >= 1 && side <= 1024 && side == (int)side &&
                 dn_attribute_is(p->modules, pool, "kernel_size", side) &&
                 dn_attribute_is(p->modules, pool, "stride", side) &&
                 dn_attribute_is(p->modules, pool, "padding", 0) &&
                 !dn_recorded_attribute(p->modules, pool, "divisor_override");
    return plain ? (int)side : 0;
}

/* Rows and columns of an adaptive pool, in one number or two. */
static bool makes_cells(const pools *p, const dn_recorded_module *pool)
{
    const dn_value *size = dn_recorded_attribute(p->modules, pool, "output_size");
    return !size ||
           (size->numbers && size->count <= 2 && size->numbers[0] == dn_head_rows(p->head) &&
            size->numbers[size->count - 1] == dn_head_columns(p->head));
}

static dn_status read_pool(pools *p, const dn_recorded_module *module)
{
    bool adaptive = strcmp(module->class, "AvgPool2d") != 0;
    dn_head_pool pool;
    if (!dn_class_pool(p->modules, module, &pool) || !is_last(p, module))
        return DN_OK;
    int window = adaptive || dn_pool_doubles(p->head->pool) ? 0 : side_of(p, module);
    if (!dn_pool_fits(pool, p->head->pool))
        return dn_refuse_class(p->modules, module);
    if (adaptive ? !makes_cells(p, module) : !window)
        return dn_refuse_module(module, "a pool of other means than the head reads");
    if (p->seen++ && p->window != window)
        return dn_refuse_module(module, "a second pool after the last norm");
    p->window = window;
    return DN_OK;
}

/* Whether a Sequential flattens what the last norm made. */
static bool flattens(const pools *p, const dn_recorded_module *first)
{
    const dn_recorded_module *at = p->norm;
    while (at < first && strcmp(at->class, "Flatten") != 0)
        at++;
    return at < first && dn_runs_in_order(p->modules, p->norm, first);
}

dn_status dn_read_window(const dn_recorded_modules *modules, const dn_recorded_module *norm,
                         const dn_recorded_module *first, const dn_head *head, int *window)
{
    pools p = {.modules = modules, .norm = norm, .head = head};
    *window = 0;
    if (!norm || !first)
        return DN_OK;
    p.around = dn_common_module(modules, norm, first);
    for (size_t i = 0; i < modules->count; i++)
        DN_TRY(read_pool(&p, &modules->items[i]));
    if (!p.seen && (head->pool == DN_POOL_MEAN || head->pool == DN_POOL_GRID))
        p.window = flattens(&p, first) ? 1 : dn_window_of_code(modules, norm, first);
    *window = p.window;
    return DN_OK;
}

dn_head_pool dn_read_pool(const dn_recorded_modules *modules, const dn_recorded_module *norm,
                          const dn_recorded_module *first)
{
    pools p = {.modules = modules, .norm = norm};
    dn_head_pool found = DN_POOL_MEAN, pool;
    p.around = dn_common_module(modules, norm, first);
    for (size_t i = 0; i < modules->count; i++) {
        const dn_recorded_module *module = &modules->items[i];
        if (!dn_class_pool(modules, module, &pool) || !is_last(&p, module))
            continue;
        if (p.seen++ && pool != found)
            return DN_POOL_MEAN;
        found = pool;
    }
    return found;
}
