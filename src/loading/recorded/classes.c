/* SPDX-License-Identifier: MIT */
#include "loading/recorded/classes.h"

#include <string.h>

static const struct {
    const char *name;
    dn_class_kind kind;
} kinds[] = {
    {"Sequential", DN_CLASS_SEQUENTIAL},
    {"Linear", DN_CLASS_TENSORS},
    {"Conv2d", DN_CLASS_TENSORS},
    {"BatchNorm1d", DN_CLASS_TENSORS},
    {"BatchNorm2d", DN_CLASS_TENSORS},
    {"Dropout", DN_CLASS_NOTHING},
    {"Dropout1d", DN_CLASS_NOTHING},
    {"Dropout2d", DN_CLASS_NOTHING},
    {"AlphaDropout", DN_CLASS_NOTHING},
    {"Identity", DN_CLASS_NOTHING},
    {"Flatten", DN_CLASS_FLATTEN},
    {"AdaptiveAvgPool2d", DN_CLASS_MEAN},
    {"AvgPool2d", DN_CLASS_MEAN},
    {"AdaptiveConcatPool2d", DN_CLASS_MAX_MEAN},
    {"ReLU", DN_CLASS_RELU},
    {"Sigmoid", DN_CLASS_SIGMOID},
    {"LogSigmoid", DN_CLASS_SIGMOID},
    {"Softmax", DN_CLASS_SOFTMAX},
    {"LogSoftmax", DN_CLASS_SOFTMAX},
};

/* fastai's, which people copy. */
static const char copied[] = "AdaptiveConcatPool2d";

dn_class_kind dn_class_kind_of(const dn_recorded_modules *modules, const dn_recorded_module *module)
{
    const char *name = module->class;
    if (strcmp(dn_recorded_class(modules, module), copied) == 0)
        name = copied;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
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
