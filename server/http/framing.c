/* SPDX-License-Identifier: MIT */
#include "http/framing.h"

#include <strings.h>

typedef struct framing {
    int lengths, codings;
} framing;

static enum MHD_Result count(void *context, enum MHD_ValueKind kind, const char *key,
                             const char *value)
{
    (void)kind, (void)value;
    framing *found = context;
    found->lengths += strcasecmp(key, "Content-Length") == 0;
    found->codings += strcasecmp(key, "Transfer-Encoding") == 0;
    return MHD_YES;
}

void framing_check(exchange *x)
{
    framing found = {0};
    const char *coding = exchange_header(x, "Transfer-Encoding");
    mhd.get_connection_values(x->connection, MHD_HEADER_KIND, count, &found);
    if (found.lengths + found.codings > 1)
        exchange_refuse(x, 400,
                        "the body's length is given more than once, by Content-Length or "
                        "Transfer-Encoding");
    else if (coding && strcasecmp(coding, "chunked") != 0)
        exchange_refuse(x, 501, "the body's transfer coding is \"%.40s\"; only chunked is read",
                        coding);
    x->closing = x->answered;
}
