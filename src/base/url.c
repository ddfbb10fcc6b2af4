/* SPDX-License-Identifier: MIT */
#include "base/url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool dn_is_url(const char *path)
{
    return strstr(path, "://") || strncmp(path, "pipe:", 5) == 0;
}

bool dn_is_http_url(const char *path)
{
    return strncasecmp(path, "http://", 7) == 0 || strncasecmp(path, "https://", 8) == 0;
}

/* The host, after the user and the password. */
static const char *host_of(const char *authority)
{
    const char *host = authority, *end = authority + strcspn(authority, "/?#");
    for (const char *at = authority; at < end; at++)
        if (*at == '@')
            host = at + 1;
    return host;
}

void dn_url_shown(const char *url, char *text, size_t size)
{
    const char *authority = strstr(url, "://");
    if (!authority) {
        snprintf(text, size, "%s", url);
        return;
    }
    authority += strlen("://");
    const char *host = host_of(authority);
    snprintf(text, size, "%.*s%.*s", (int)(authority - url), url, (int)strcspn(host, "?#"), host);
}

bool dn_url_has_secrets(const char *url)
{
    const char *authority = strstr(url, "://");
    return authority && (host_of(authority + 3) != authority + 3 || strpbrk(url, "?#"));
}
