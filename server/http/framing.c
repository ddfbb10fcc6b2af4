/* SPDX-License-Identifier: MIT */
#include "http/framing.h"

#include <string.h>
#include <strings.h>

typedef struct framing {
    int lengths, codings;
    bool damaged; /* a header */
} framing;

static bool is_name(const char *key)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "!#$%&'*+-.^_`|~";
    return key[0] && !key[strspn(key, letters)];
}

static bool has_controls(const char *value)
{
    while (*value == '\t' || (unsigned char)*value >= ' ')
        value++;
    return *value;
}

/* A line that begins with a blank continues the value before it. libmicrohttpd 0.9.75 appends it to
 * the name instead, and moves that after the value. */
static bool is_continued(const char *key, const char *value)
{
    return value < key;
}

static enum MHD_Result look(void *context, enum MHD_ValueKind kind, const char *key,
                            const char *value)
{
    (void)kind;
    framing *found = context;
    found->lengths += strcasecmp(key, "Content-Length") == 0;
    found->codings += strcasecmp(key, "Transfer-Encoding") == 0;
    found->damaged |= !value || !is_name(key) || has_controls(value) || is_continued(key, value);
    return MHD_YES;
}

void framing_check(exchange *x)
{
    framing found = {0};
    const char *coding = exchange_header(x, "Transfer-Encoding");
    mhd.get_connection_values(x->connection, MHD_HEADER_KIND, look, &found);
    if (found.damaged)
        exchange_refuse(x, 400,
                        "a header has a blank in its name, a control character, or a second line");
    else if (found.lengths + found.codings > 1)
        exchange_refuse(x, 400,
                        "the body's length is given more than once, by Content-Length or "
                        "Transfer-Encoding");
    else if (coding && strcasecmp(coding, "chunked") != 0)
        exchange_refuse(x, 501, "the body's transfer coding is \"%.40s\"; only chunked is read",
                        coding);
    x->closing = x->answered;
}
