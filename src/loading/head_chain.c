/* SPDX-License-Identifier: MIT */
/* Which of a head's linears and norms follows which. */
#include "loading/head_parts.h"

#include <stdlib.h>
#include <string.h>

static bool is_chain(const dn_modules *modules)
{
    int width = modules->items[0].in;
    for (size_t i = 0; i < modules->count; i++) {
        const dn_module *module = &modules->items[i];
        if (module->kind == DN_MODULE_CONV || module->in != width)
            return false;
        width = module->out;
    }
    return true;
}

static int by_path(const void *a, const void *b)
{
    const dn_module *first = a, *second = b;
    return dn_compare_naturally(first->tensors[0]->name, second->tensors[0]->name);
}

/* Puts them one after the other by what they read. */
static void chain_by_widths(dn_modules *modules, int channels)
{
    for (size_t i = 0; i < modules->count; i++) {
        size_t next = i;
        while (next < modules->count && (i ? modules->items[next].in != modules->items[i - 1].out
                                           : modules->items[next].in % channels != 0))
            next++;
        if (next == modules->count)
            return;
        dn_module found = modules->items[next];
        memmove(&modules->items[i + 1], &modules->items[i], (next - i) * sizeof found);
        modules->items[i] = found;
    }
}

dn_status dn_order_head(dn_modules *modules, int channels)
{
    if (is_chain(modules))
        return DN_OK;
    qsort(modules->items, modules->count, sizeof *modules->items, by_path);
    if (!is_chain(modules))
        chain_by_widths(modules, channels);
    if (!is_chain(modules))
        qsort(modules->items, modules->count, sizeof *modules->items, by_path);
    for (size_t i = 0; i < modules->count && !is_chain(modules); i++) {
        const dn_module *module = &modules->items[i], *before = module - (i > 0);
        if (module->kind != DN_MODULE_CONV && (i == 0 || module->in == before->out))
            continue;
        return dn_fail(DN_ERROR_MISMATCH,
                       "after its last norm there are %zu linears and norms, which do not follow "
                       "one another: \"%.*s\" reads %d values where there are %d",
                       modules->count, (int)(module->path_length < 200 ? module->path_length : 200),
                       module->path, module->in, before->out);
    }
    return DN_OK;
}
