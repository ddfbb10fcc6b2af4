/* SPDX-License-Identifier: MIT */
#include "http/api_key.h"

#include "base/file.h"
#include "base/status.h"
#include "context.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_KEY = 1 << 12, LEAST_KEY = 8 };

dn_status key_read(const char *path, char **key)
{
    dn_file_map file;
    DN_TRY(dn_file_read(path, MOST_KEY, &file));
    size_t length = 0;
    while (length < file.size && file.data[length] > ' ' && file.data[length] < 0x7f)
        length++;
    bool whole = length == file.size || strchr("\r\n", file.data[length]);
    *key = whole && length >= LEAST_KEY ? strndup((const char *)file.data, length) : NULL;
    dn_file_map_close(&file);
    if (*key)
        return DN_OK;
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: the key must be the first line, of %d or more letters and digits without "
                   "blanks",
                   path, LEAST_KEY);
}

/* Takes as long for each key of this length, so that its bytes cannot be found by timing. */
static bool is_same(const char *a, const char *b)
{
    size_t length = strlen(a);
    unsigned char difference = 0;
    if (length != strlen(b))
        return false;
    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return !difference;
}

void key_check(exchange *x)
{
    static const char bearer[] = "Bearer ";
    const char *key = x->server->api_key, *given = exchange_header(x, "Authorization");
    if (!key)
        return;
    if (given && strncasecmp(given, bearer, sizeof bearer - 1) == 0)
        given += sizeof bearer - 1;
    else
        given = exchange_header(x, "X-API-Key");
    if (given && is_same(key, given))
        return;
    exchange_refuse(x, 401, "a key is needed: Authorization: Bearer KEY");
    exchange_add_header(x, "WWW-Authenticate", "Bearer");
}
