/* SPDX-License-Identifier: MIT */
#include "http/body.h"

#include "context.h"
#include "http/coding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIRST_ROOM = 16 << 10, TOGETHER = 8 };

/* Bytes of all bodies that may be there at once. */
static size_t most_together(const exchange *x)
{
    return TOGETHER * x->server->options->most_body;
}

static void refuse_size(exchange *x)
{
    exchange_refuse(x, 413, "the body has more than %zu bytes; --max-body raises it",
                    x->server->options->most_body);
}

static void refuse_now(exchange *x)
{
    exchange_refuse(x, 503, "too much is being sent at once; try again");
    exchange_add_header(x, "Retry-After", "1");
}

void body_expect(exchange *x)
{
    const char *length = exchange_header(x, "Content-Length");
    const char *coding = exchange_header(x, "Content-Encoding");
    if (length && strtoull(length, NULL, 10) > x->server->options->most_body)
        refuse_size(x);
    else if (coding && !coding_is_known(coding) && strcasecmp(coding, "identity") != 0) {
        exchange_refuse(x, 415, "the body's coding is \"%s\"; gzip and deflate are read", coding);
        exchange_add_header(x, "Accept-Encoding", "gzip, deflate");
    }
}

bool body_is_drained(const exchange *x)
{
    const char *length = exchange_header(x, "Content-Length");
    return !x->closing && !exchange_header(x, "Expect") &&
           (!length || strtoull(length, NULL, 10) <= most_together(x));
}

/* Takes room for more bytes of the body out of what all bodies may have. */
static bool grow(exchange *x, size_t needed)
{
    size_t most = x->server->options->most_body, next = x->room ? x->room : FIRST_ROOM;
    while (next < needed)
        next *= 2;
    if (next > most)
        next = most;
    size_t added = next - x->room;
    if (atomic_fetch_add(&x->server->body_bytes, added) + added > most_together(x)) {
        atomic_fetch_sub(&x->server->body_bytes, added);
        refuse_now(x);
        return false;
    }
    x->room = next;
    unsigned char *grown = realloc(x->body, next);
    if (grown)
        x->body = grown;
    else
        refuse_now(x);
    return grown != NULL;
}

void body_add(exchange *x, const void *bytes, size_t count)
{
    x->size_in += count;
    if (x->answered)
        return;
    if (count > x->server->options->most_body - x->size) {
        refuse_size(x);
        return;
    }
    if (x->size + count > x->room && !grow(x, x->size + count))
        return;
    memcpy(x->body + x->size, bytes, count);
    x->size += count;
}

void body_decode(exchange *x)
{
    const char *coding = exchange_header(x, "Content-Encoding");
    unsigned char *plain;
    size_t size;
    if (!x->body && !(x->body = calloc(1, 1)))
        refuse_now(x);
    if (!coding || !coding_is_known(coding) || !x->size)
        return;
    switch (coding_inflate(x->body, x->size, x->server->options->most_body, &plain, &size)) {
    case CODING_OK:
        free(x->body);
        x->body = plain;
        x->size = size;
        return;
    case CODING_TOO_LARGE:
        refuse_size(x);
        return;
    case CODING_MEMORY:
        refuse_now(x);
        return;
    case CODING_DAMAGED:
        exchange_refuse(x, 400, "the body's %s coding is damaged", coding);
    }
}

void body_release(exchange *x)
{
    free(x->body);
    x->body = NULL;
    x->size = 0;
    atomic_fetch_sub(&x->server->body_bytes, x->room);
    x->room = 0;
}
