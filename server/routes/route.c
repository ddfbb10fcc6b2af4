/* SPDX-License-Identifier: MIT */
#include "routes/route.h"

#include <stdlib.h>
#include <string.h>

static const route *const tables[] = {health_routes,     network_routes, predict_routes,
                                      metrics_routes,    page_routes,    model_routes,
                                      repository_routes, infer_routes};

/* Whether a path is the pattern's; what stands at its question marks is pointed at. */
static bool matches(const char *pattern, const char *path, const char *starts[], size_t lengths[])
{
    int count = 0;
    while (*pattern) {
        if (*pattern == '?') {
            size_t length = strcspn(path, "/");
            if (!length || count == EXCHANGE_MOST_PARTS)
                return false;
            starts[count] = path;
            lengths[count++] = length;
            path += length;
            pattern++;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return !*path;
}

static bool is_method(const route *row, const char *method)
{
    bool head = strcmp(method, "HEAD") == 0 && strcmp(row->method, "GET") == 0;
    return head || strcmp(row->method, method) == 0;
}

static bool take_parts(exchange *x, const char *const starts[], const size_t lengths[])
{
    for (int i = 0; i < EXCHANGE_MOST_PARTS && starts[i]; i++)
        if (!(x->parts[i] = strndup(starts[i], lengths[i])))
            return false;
    return true;
}

void route_exchange(exchange *x)
{
    const char *allowed = NULL;
    for (size_t table = 0; table < sizeof tables / sizeof *tables; table++)
        for (const route *row = tables[table]; row->path; row++) {
            const char *starts[EXCHANGE_MOST_PARTS] = {NULL};
            size_t lengths[EXCHANGE_MOST_PARTS];
            if (!matches(row->path, x->path, starts, lengths))
                continue;
            if (!is_method(row, x->method)) {
                allowed = row->method;
                continue;
            }
            x->route = row;
            if (!take_parts(x, starts, lengths))
                exchange_refuse(x, 500, "out of memory");
            return;
        }
    if (!allowed) {
        exchange_refuse(x, 404, "%s: there is nothing at this address", x->path);
        return;
    }
    exchange_refuse(x, 405, "%s: %s is not possible here, %s is", x->path, x->method, allowed);
    exchange_add_header(x, "Allow", "%s", strcmp(allowed, "GET") == 0 ? "GET, HEAD" : allowed);
}
