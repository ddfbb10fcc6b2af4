/* SPDX-License-Identifier: MIT */
/* The page for people, and its files. */
#include "page/page_files.h"
#include "routes/route.h"

#include <string.h>

static void reply_file(exchange *x, const page_file *file)
{
    const char *known = exchange_header(x, "If-None-Match");
    bool same = known && strstr(known, file->etag);
    exchange_reply_constant(x, same ? 304 : 200, file->type, file->begin,
                            same ? 0 : (size_t)(file->end - file->begin));
    exchange_add_header(x, "ETag", "W/%s", file->etag); /* weak: of any coding */
    exchange_add_header(x, "Cache-Control", "no-cache");
    exchange_add_header(x, "Content-Security-Policy", "%s", page_policy);
    exchange_add_header(x, "Referrer-Policy", "no-referrer");
}

static void answer_file(exchange *x, const char *name)
{
    for (size_t i = 0; i < page_file_count; i++)
        if (strcmp(page_files[i].name, name) == 0) {
            reply_file(x, &page_files[i]);
            return;
        }
    exchange_refuse(x, 404, "%s: there is nothing at this address", x->path);
}

static void answer_page(exchange *x)
{
    answer_file(x, "index.html");
}

static void answer_description(exchange *x)
{
    answer_file(x, "openapi.json");
}

static void answer_part(exchange *x)
{
    answer_file(x, x->parts[0]);
}

const route page_routes[] = {
    {"GET", "/", answer_page, ROUTE_NO_NETWORK, false, true},
    {"GET", "/openapi.json", answer_description, ROUTE_NO_NETWORK, false, true},
    {"GET", "/page/?", answer_part, ROUTE_NO_NETWORK, false, true},
    {0},
};
