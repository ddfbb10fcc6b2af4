/* SPDX-License-Identifier: MIT */
#include "loading/classes.h"

#include "base/memory.h"

#include <stdlib.h>
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

static dn_class_kind kind_of(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].kind;
    return DN_CLASS_OTHER;
}

/* An object's class is recorded under its path. */
static bool is_class(const dn_value *value)
{
    return value->texts && strcmp(dn_last_component(value->path), "__class__") == 0;
}

dn_status dn_classes_read(const dn_tensor_file *file, dn_classes *classes)
{
    static const char word[] = "__class__";
    dn_classes made = {0};
    size_t count = 0;
    for (size_t i = 0; i < file->value_count; i++)
        count += is_class(&file->values[i]);
    if (count)
        DN_TRY(dn_calloc(count, sizeof *made.items, &made.items));
    for (size_t i = 0; i < file->value_count; i++) {
        const dn_value *value = &file->values[i];
        if (!is_class(value))
            continue;
        size_t length = strlen(value->path) - (sizeof word - 1);
        const char *name = dn_last_component(value->texts[0]);
        made.items[made.count++] =
            (dn_class_entry){value->path, length - (length > 0), name, kind_of(name)};
    }
    *classes = made;
    return DN_OK;
}

void dn_classes_free(dn_classes *classes)
{
    free(classes->items);
    *classes = (dn_classes){0};
}

size_t dn_classes_find(const dn_classes *classes, const char *path, size_t length)
{
    size_t i = 0;
    while (i < classes->count && (classes->items[i].length != length ||
                                  memcmp(classes->items[i].path, path, length) != 0))
        i++;
    return i;
}

size_t dn_parent_length(const char *path, size_t length)
{
    while (length > 0 && path[length - 1] != '.')
        length--;
    return length - (length > 0);
}

bool dn_classes_sequential(const dn_classes *classes, const char *path, size_t length,
                           size_t outermost)
{
    do {
        length = dn_parent_length(path, length);
        size_t i = dn_classes_find(classes, path, length);
        if (i == classes->count || classes->items[i].kind != DN_CLASS_SEQUENTIAL)
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
