/* SPDX-License-Identifier: MIT */
#include "run/run_difference.h"

#include "ui/report.h"

#include <stdlib.h>

bool run_is_same(const json_t *own, const json_t *other, const char *where)
{
    const char *key;
    const json_t *value;
    if (json_equal(own, other))
        return true;
    json_object_foreach((json_t *)own, key, value)
    {
        const json_t *another = json_object_get(other, key);
        if (json_equal(value, another))
            continue;
        const size_t flags = JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15);
        char *here = json_dumps(value, flags);
        char *there = another ? json_dumps(another, flags) : NULL;
        complain("%s is %.200s here and %.200s in %s", key, here ? here : "?",
                 there ? there : "unknown", where);
        free(here);
        free(there);
        return false;
    }
    return complain("%s has settings that are unknown here", where);
}
