/* SPDX-License-Identifier: MIT */
#include "loading/recorded/classes.h"

#include <string.h>

static const struct {
    const char *name;
    dn_class_kind kind;
} kinds[] = {
    {"Sequential", DN_CLASS_SEQUENTIAL}, {"Linear", DN_CLASS_TENSORS},
    {"Conv2d", DN_CLASS_TENSORS},        {"BatchNorm1d", DN_CLASS_TENSORS},
    {"BatchNorm2d", DN_CLASS_TENSORS},   {"Dropout", DN_CLASS_NOTHING},
    {"Dropout1d", DN_CLASS_NOTHING},     {"Dropout2d", DN_CLASS_NOTHING},
    {"AlphaDropout", DN_CLASS_NOTHING},  {"Identity", DN_CLASS_NOTHING},
    {"Flatten", DN_CLASS_FLATTEN},       {"ReLU", DN_CLASS_RELU},
    {"Sigmoid", DN_CLASS_SIGMOID},       {"LogSigmoid", DN_CLASS_SIGMOID},
    {"Softmax", DN_CLASS_SOFTMAX},       {"LogSoftmax", DN_CLASS_SOFTMAX},
};

/* fastai's, which people copy. */
static const char copied[] = "AdaptiveConcatPool2d";

static const struct {
    const char *name;
    dn_head_pool pool;
} pools[] = {
    {"AdaptiveAvgPool2d", DN_POOL_MEAN},
    {"AvgPool2d", DN_POOL_MEAN},
    {"AdaptiveMaxPool2d", DN_POOL_MAX},
    {copied, DN_POOL_MAX_MEAN},
    {"FastAdaptiveAvgPool", DN_POOL_MEAN},
    {"FastAdaptiveMaxPool", DN_POOL_MAX},
    {"AdaptiveAvgMaxPool2d", DN_POOL_AVGMAX},
    {"FastAdaptiveAvgMaxPool", DN_POOL_AVGMAX},
    {"AdaptiveCatAvgMaxPool2d", DN_POOL_MEAN_MAX},
    {"FastAdaptiveCatAvgMaxPool", DN_POOL_MEAN_MAX},
};

/* timm's file of pools, whose folder has changed with its versions. */
static bool is_timms(const dn_recorded_modules *modules, const dn_recorded_module *module)
{
    static const char script[] = "__torch__.", package[] = "timm.";
    const char *class = dn_recorded_class_path(modules, module);
    if (strncmp(class, script, sizeof script - 1) == 0)
        class += sizeof script - 1;
    return strncmp(class, package, sizeof package - 1) == 0 &&
           strstr(class, ".adaptive_avgmax_pool.");
}

bool dn_class_pool(const dn_recorded_modules *modules, const dn_recorded_module *module,
                   dn_head_pool *pool)
{
    const char *name = dn_recorded_class(modules, module);
    bool known = module->class[0] || strcmp(name, copied) == 0 || is_timms(modules, module);
    for (size_t i = 0; known && i < sizeof pools / sizeof *pools; i++)
        if (strcmp(pools[i].name, name) == 0) {
            *pool = pools[i].pool;
            return true;
        }
    return false;
}

/* timm's runs the pool that it holds, then what flattens. */
static bool selects_pool(const dn_recorded_modules *modules, const dn_recorded_module *module)
{
    return !module->leaf && is_timms(modules, module) &&
           strcmp(dn_recorded_class(modules, module), "SelectAdaptivePool2d") == 0;
}

dn_class_kind dn_class_kind_of(const dn_recorded_modules *modules, const dn_recorded_module *module)
{
    dn_head_pool pool;
    if (dn_class_pool(modules, module, &pool))
        return pool == DN_POOL_MEAN ? DN_CLASS_MEAN : DN_CLASS_POOL;
    if (selects_pool(modules, module))
        return DN_CLASS_SEQUENTIAL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, module->class) == 0)
            return kinds[i].kind;
    return DN_CLASS_OTHER;
}

bool dn_classes_sequential(const dn_recorded_modules *modules, const char *path, size_t length,
                           size_t outermost)
{
    do {
        length = dn_parent_length(path, length);
        size_t i = dn_recorded_index(modules, path, length);
        if (i == modules->count ||
            dn_class_kind_of(modules, &modules->items[i]) != DN_CLASS_SEQUENTIAL)
            return false;
    } while (length > outermost);
    return true;
}

size_t dn_common_parent(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t common = 0, parent = 0;
    while (common < a_length && common < b_length && a[common] == b[common]) {
        if (a[common] == '.')
            parent = common;
        common++;
    }
    return parent;
}

bool dn_runs_in_order(const dn_recorded_modules *modules, const dn_recorded_module *from,
                      const dn_recorded_module *to)
{
    return dn_classes_sequential(
        modules, from->path, from->path_length,
        dn_common_parent(from->path, from->path_length, to->path, to->path_length));
}
