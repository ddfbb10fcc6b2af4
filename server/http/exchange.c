/* SPDX-License-Identifier: MIT */
#include "http/exchange.h"

#include "base/clock.h"
#include "base/text.h"
#include "context.h"
#include "http/target.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *exchange_header(const exchange *x, const char *name)
{
    return mhd.lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

const char *exchange_query(const exchange *x, const char *name)
{
    const char *value = NULL;
    bool found = mhd.lookup_connection_value_n(x->connection, MHD_GET_ARGUMENT_KIND, name,
                                               strlen(name), &value, NULL) == MHD_YES;
    return found && !value ? "" : value;
}

bool exchange_is_type(const exchange *x, const char *type)
{
    const char *given = exchange_header(x, "Content-Type");
    size_t length = strlen(type);
    return given && strncasecmp(given, type, length) == 0 && strchr("; \t", given[length]);
}

static void drop_reply(exchange *x)
{
    if (!x->constant)
        free(x->reply);
    x->reply = NULL;
    x->reply_size = 0;
}

static void set_reply(exchange *x, int status, const char *type, void *bytes, size_t size)
{
    drop_reply(x);
    x->answered = true;
    x->status = status;
    x->type = type;
    x->reply = bytes;
    x->reply_size = size;
}

void exchange_reply(exchange *x, int status, const char *type, void *bytes, size_t size)
{
    set_reply(x, status, type, bytes, size);
    x->constant = false;
}

void exchange_reply_constant(exchange *x, int status, const char *type, const void *bytes,
                             size_t size)
{
    set_reply(x, status, type, (void *)bytes, size);
    x->constant = true;
}

void exchange_reply_json(exchange *x, int status, json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(json);
    if (text)
        exchange_reply(x, status, "application/json", text, strlen(text));
    else
        exchange_refuse(x, 500, "out of memory");
}

void exchange_refuse(exchange *x, int status, const char *format, ...)
{
    static const char failed[] = "{\"error\":\"out of memory\"}";
    va_list arguments;
    va_start(arguments, format);
    char *sentence = NULL;
    if (vasprintf(&sentence, format, arguments) < 0)
        sentence = NULL;
    va_end(arguments);
    dn_text json = {0};
    char *text = NULL;
    dn_text_add(&json, "{\"error\":");
    dn_text_add_json(&json, sentence ? sentence : "out of memory");
    dn_text_add(&json, "}");
    (void)dn_text_take(&json, &text);
    free(sentence);
    if (text)
        exchange_reply(x, status, "application/json", text, strlen(text));
    else
        exchange_reply_constant(x, 500, "application/json", failed, sizeof failed - 1);
}

int exchange_status_of(dn_status status)
{
    bool ours = status == DN_ERROR_MEMORY || status == DN_ERROR_IO || status == DN_ERROR_NUMERIC;
    return ours ? 500 : status == DN_ERROR_LIMIT ? 413 : 400;
}

void exchange_refuse_status(exchange *x, dn_status status)
{
    exchange_refuse(x, exchange_status_of(status), "%s", dn_last_error());
}

void exchange_add_header(exchange *x, const char *name, const char *format, ...)
{
    char *value = NULL;
    va_list arguments;
    if (x->header_count == EXCHANGE_MOST_HEADERS)
        return;
    va_start(arguments, format);
    if (vasprintf(&value, format, arguments) < 0)
        value = NULL;
    va_end(arguments);
    if (!value)
        return;
    for (char *at = value; *at; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
    x->headers[x->header_count++] = (header){name, value};
}

/* Of poll's POLLRDHUP, POLLHUP and POLLERR, those that are so. */
static int closed_ends(const exchange *x)
{
    const union MHD_ConnectionInfo *facts =
        mhd.get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct pollfd socket = {.fd = facts ? facts->connect_fd : -1, .events = POLLRDHUP};
    return poll(&socket, 1, 0) > 0 ? socket.revents : 0;
}

bool exchange_is_half_closed(const exchange *x)
{
    return closed_ends(x) & POLLRDHUP;
}

/* Whether nobody waits for the answer. A client that has closed its end may have gone, or only be
 * done with sending and read on, which TCP does not tell: it is taken to have gone if others wait.
 */
static bool is_gone(const exchange *x)
{
    int ends = closed_ends(x);
    return (ends & (POLLHUP | POLLERR)) || (ends && queue_waiting(x->server->queue) > 0);
}

bool exchange_is_vain(exchange *x)
{
    if (is_gone(x))
        exchange_refuse(x, EXCHANGE_GONE, "the client closed its end while others waited");
    else if (x->server->abandoned)
        exchange_refuse(x, 503, "the server ends");
    else if (dn_seconds() >= x->job.deadline)
        exchange_refuse(x, 504, "the request took longer than it may");
    else
        return false;
    return true;
}

exchange *exchange_create(struct server *s, struct MHD_Connection *connection, const char *method,
                          const char *target)
{
    exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->server = s;
    x->connection = connection;
    x->method = method;
    x->began = dn_seconds();
    x->path = strdup(target_path(target));
    if (!x->path) {
        free(x);
        return NULL;
    }
    return x;
}

void exchange_free(exchange *x)
{
    if (!x)
        return;
    drop_reply(x);
    for (int i = 0; i < EXCHANGE_MOST_PARTS; i++)
        free(x->parts[i]);
    for (int i = 0; i < x->header_count; i++)
        free(x->headers[i].value);
    free(x->body);
    free(x->path);
    free(x);
}
