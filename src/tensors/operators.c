/* SPDX-License-Identifier: MIT */
#include "tensors/operators.h"

#include <string.h>

const dn_attribute *dn_operator_attribute(const dn_operator *item, const char *name)
{
    for (size_t i = 0; i < item->attribute_count; i++)
        if (strcmp(item->attributes[i].name, name) == 0)
            return &item->attributes[i];
    return NULL;
}
