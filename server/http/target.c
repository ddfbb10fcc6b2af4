/* SPDX-License-Identifier: MIT */
#include "http/target.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

const char *target_path(const char *target)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t length = strlen(schemes[i]);
        if (strncasecmp(target, schemes[i], length) != 0)
            continue;
        const char *path = strchr(target + length, '/');
        return path ? path : "/";
    }
    return target[0] ? target : "/";
}

bool target_cut(char *target)
{
    char *query = strchr(target, '?');
    int parameters = 1;
    if (!query)
        return false;
    for (const char *at = query; *at; at++)
        parameters += *at == '&';
    if (parameters <= TARGET_MOST_PARAMETERS && strlen(query + 1) <= TARGET_MOST_QUERY)
        return false;
    query[1] = '\0';
    return true;
}
