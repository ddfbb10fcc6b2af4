/* SPDX-License-Identifier: MIT */
#include "loading/keras/keras_naming.h"

#include <stdio.h>
#include <string.h>

int dn_keras_by_path(const void *a, const void *b)
{
    return strcmp(((const dn_keras_placed *)a)->path, ((const dn_keras_placed *)b)->path);
}

dn_status dn_keras_rename(dn_keras_naming *n, dn_keras_placed *item, const char *path,
                          const char *part)
{
    size_t size = strlen(path) + strlen(part) + 2;
    char *name;
    DN_TRY(dn_pool_alloc(&n->file->pool, size, 1, &name));
    snprintf(name, size, "%s%s%s", path, *path ? "." : "", part);
    item->tensor.name = name;
    item->named = true;
    n->named++;
    return DN_OK;
}
