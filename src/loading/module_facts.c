/* SPDX-License-Identifier: MIT */
#include "loading/module_facts.h"

#include <stdio.h>
#include <string.h>

dn_status dn_refuse_module(const dn_recorded_module *module, const char *what)
{
    return dn_fail(DN_ERROR_MISMATCH, "%.*s is %s, which networks of this family do not have",
                   (int)module->path_length, module->path, what);
}

dn_status dn_refuse_class(const dn_recorded_modules *modules, const dn_recorded_module *module)
{
    char what[96];
    snprintf(what, sizeof what, "of class %.64s", dn_recorded_class(modules, module));
    return dn_refuse_module(module, what);
}

bool dn_attribute_is(const dn_recorded_modules *modules, const dn_recorded_module *module,
                     const char *name, double number)
{
    const dn_value *value = dn_recorded_attribute(modules, module, name);
    for (size_t i = 0; value && value->numbers && i < value->count; i++)
        if (value->numbers[i] != number)
            return false;
    return true;
}

bool dn_is_pool(const dn_recorded_modules *modules, const dn_recorded_module *pool,
                const char *class, int kernel, int padding)
{
    const dn_value *divisor = dn_recorded_attribute(modules, pool, "divisor_override");
    return strcmp(pool->class, class) == 0 && !(divisor && divisor->numbers) &&
           dn_attribute_is(modules, pool, "kernel_size", kernel) &&
           dn_attribute_is(modules, pool, "stride", 2) &&
           dn_attribute_is(modules, pool, "padding", padding) &&
           dn_attribute_is(modules, pool, "ceil_mode", 0) &&
           dn_attribute_is(modules, pool, "dilation", 1);
}

static bool is_inside(const dn_recorded_module *module, const dn_recorded_module *container)
{
    return container->path_length == 0 ||
           (module->path_length > container->path_length &&
            memcmp(module->path, container->path, container->path_length) == 0 &&
            module->path[container->path_length] == '.');
}

bool dn_runs_in_order(const dn_recorded_modules *modules, const dn_recorded_module *from,
                      const dn_recorded_module *to)
{
    const dn_recorded_module *container = from;
    do {
        container = dn_recorded_parent(modules, container);
        if (!container || strcmp(container->class, "Sequential") != 0)
            return false;
    } while (!is_inside(to, container));
    return true;
}
