/* SPDX-License-Identifier: MIT */
#include "loading/recorded/module_facts.h"

#include "network/head.h"

#include <stdio.h>
#include <string.h>

dn_status dn_refuse_module(const dn_recorded_module *module, const char *what)
{
    return dn_fail(DN_ERROR_MISMATCH, "%.*s is %s, which networks of this family do not have",
                   (int)module->path_length, module->path, what);
}

dn_status dn_refuse_class(const dn_recorded_modules *modules, const dn_recorded_module *module)
{
    char what[128];
    snprintf(what, sizeof what, "of class %.64s%s", dn_recorded_class(modules, module),
             module->class[0] ? "" : " (not torch.nn's)");
    return dn_refuse_module(module, what);
}

bool dn_attribute_is(const dn_recorded_modules *modules, const dn_recorded_module *module,
                     const char *name, double number)
{
    const dn_value *value = dn_recorded_attribute(modules, module, name);
    if (!value)
        return true;
    for (size_t i = 0; value->numbers && i < value->count; i++)
        if (value->numbers[i] != number)
            return false;
    return value->numbers && value->count <= 2;
}

bool dn_is_pool(const dn_recorded_modules *modules, const dn_recorded_module *pool,
                const char *class, int kernel, int padding, int stride)
{
    return strcmp(pool->class, class) == 0 &&
           !dn_recorded_attribute(modules, pool, "divisor_override") &&
           dn_attribute_is(modules, pool, "kernel_size", kernel) &&
           dn_attribute_is(modules, pool, "stride", stride) &&
           dn_attribute_is(modules, pool, "padding", padding) &&
           dn_attribute_is(modules, pool, "ceil_mode", 0) &&
           dn_attribute_is(modules, pool, "dilation", 1);
}

bool dn_pool_fits(dn_head_pool pool, dn_head_pool head)
{
    bool both = dn_pool_doubles(head) || head == DN_POOL_AVGMAX;
    return pool == head || (both && (pool == DN_POOL_MEAN || pool == DN_POOL_MAX)) ||
           (pool == DN_POOL_MEAN && head == DN_POOL_GRID);
}

bool dn_is_blur(const dn_recorded_modules *modules, const dn_recorded_module *module)
{
    const char *class = dn_recorded_class(modules, module), *last = strrchr(class, '.');
    return strcmp(last ? last + 1 : class, "BlurPool2d") == 0;
}
