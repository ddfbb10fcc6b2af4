/* SPDX-License-Identifier: MIT */
#include "http/daemon.h"

#include "base/clock.h"
#include "base/status.h"
#include "context.h"
#include "http/answer.h"
#include "http/body.h"
#include "http/guard.h"
#include "http/target.h"
#include "routes/route.h"

#include <stdlib.h>
#include <string.h>

enum { CONNECTION_MEMORY = 32 << 10, IDLE_SECONDS = 60 };

/* The state of a request whose query was cut, before it has an exchange. */
static char cut_query;

static exchange *exchange_in(void *state)
{
    return state == &cut_query ? NULL : state;
}

static struct watched *watched_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *facts =
        mhd.get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return facts ? facts->socket_context : NULL;
}

static void enter(const exchange *x, guard_step step)
{
    guard_enter(x->server->guard, watched_of(x->connection), step);
}

/* libmicrohttpd releases the bytes with free() once they are sent. */
static struct MHD_Response *make_response(exchange *x)
{
    if (x->constant)
        return mhd.create_response_from_buffer(x->reply_size, x->reply, MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *made =
        mhd.create_response_from_buffer(x->reply_size, x->reply, MHD_RESPMEM_MUST_FREE);
    if (made)
        x->reply = NULL;
    return made;
}

static enum MHD_Result send_reply(exchange *x)
{
    struct MHD_Response *response = make_response(x);
    if (!response)
        return MHD_NO;
    x->size_out = x->reply_size;
    if (x->type)
        mhd.add_response_header(response, "Content-Type", x->type);
    if (x->coding)
        mhd.add_response_header(response, "Content-Encoding", x->coding);
    if (x->varies)
        mhd.add_response_header(response, "Vary", "Accept-Encoding");
    mhd.add_response_header(response, "X-Request-Id", x->id);
    mhd.add_response_header(response, "X-Content-Type-Options", "nosniff");
    for (int i = 0; i < x->header_count; i++)
        mhd.add_response_header(response, x->headers[i].name, x->headers[i].value);
    if (x->closing || x->server->ending || exchange_is_half_closed(x))
        mhd.add_response_header(response, "Connection", "close");
    enter(x, GUARD_REPLY);
    enum MHD_Result queued = mhd.queue_response(x->connection, (unsigned)x->status, response);
    mhd.destroy_response(response);
    return queued;
}

static enum MHD_Result begin(server *s, struct MHD_Connection *connection, const char *path,
                             const char *method, void **state)
{
    exchange *x = exchange_create(s, connection, method, path);
    if (!x)
        return MHD_NO;
    x->cut = *state == &cut_query;
    *state = x;
    enter(x, GUARD_BODY);
    answer_begin(x);
    return x->answered && !body_is_drained(x) ? send_reply(x) : MHD_YES;
}

static enum MHD_Result proceed(exchange *x)
{
    if (!x->answered && !x->submitted) {
        enter(x, GUARD_COMPUTING);
        if (!x->route->computes) {
            answer_now(x);
        } else {
            mhd.suspend_connection(x->connection);
            answer_queue(x);
            return MHD_YES;
        }
    }
    return x->answered ? send_reply(x) : MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *bytes,
                              size_t *count, void **state)
{
    (void)version;
    exchange *x = exchange_in(*state);
    if (!x)
        return begin(context, connection, path, method, state);
    if (!*count)
        return proceed(x);
    body_add(x, bytes, *count);
    *count = 0;
    return MHD_YES;
}

static void end(void *context, struct MHD_Connection *connection, void **state,
                enum MHD_RequestTerminationCode how)
{
    server *s = context;
    exchange *x = exchange_in(*state);
    guard_enter(s->guard, watched_of(connection), GUARD_HEAD);
    if (x)
        answer_end(x, how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    *state = NULL;
}

static void watch(void *context, struct MHD_Connection *connection, void **socket_context,
                  enum MHD_ConnectionNotificationCode what)
{
    server *s = context;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        guard_end(s->guard, *socket_context);
        *socket_context = NULL;
        atomic_fetch_sub(&s->connections, 1);
        return;
    }
    const union MHD_ConnectionInfo *facts =
        mhd.get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *socket_context = facts ? guard_begin(s->guard, facts->connect_fd) : NULL;
    atomic_fetch_add(&s->connections, 1);
}

/* A path or value with %00 is left as it was sent: decoded, it would end there. */
static size_t unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context, (void)connection;
    return strstr(text, "%00") ? strlen(text) : mhd.http_unescape(text);
}

/* libmicrohttpd (0.9.75) never answers a request whose parameters do not fit into the connection's
 * memory. The target is a part of that memory, which it reads after this. */
static void *look_at_target(void *context, const char *target, struct MHD_Connection *connection)
{
    (void)context, (void)connection;
    return target_cut((char *)target) ? &cut_query : NULL;
}

/* libmicrohttpd's own messages are of connections that broke: not for the operator. */
static void keep_silent(void *context, const char *format, va_list arguments)
{
    (void)context;
    (void)format;
    (void)arguments;
}

dn_status daemon_start(server *s, int socket, const char *certificate, const char *key,
                       struct MHD_Daemon **started)
{
    const struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate},
                                         {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key},
                                         {MHD_OPTION_END, 0, NULL}};
    const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     (certificate ? MHD_USE_TLS : 0);
    struct MHD_Daemon *made = mhd.start_daemon(
        flags, 0, NULL, NULL, handle, s, MHD_OPTION_EXTERNAL_LOGGER, keep_silent, NULL,
        MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)s->options->most_connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL, MHD_OPTION_URI_LOG_CALLBACK, look_at_target,
        NULL, MHD_OPTION_NOTIFY_COMPLETED, end, s, MHD_OPTION_NOTIFY_CONNECTION, watch, s,
        MHD_OPTION_ARRAY, certificate ? tls : none, MHD_OPTION_END);
    if (!made)
        return dn_fail(DN_ERROR_ARGUMENT,
                       certificate ? "the server cannot start: --tls-cert and --tls-key are no "
                                     "certificate (PEM) and its key, or there is no memory"
                                   : "the server cannot start: there is no memory, or too few "
                                     "files may be open");
    *started = made;
    return DN_OK;
}

void daemon_quiesce(struct MHD_Daemon *running)
{
    mhd.quiesce_daemon(running);
}

void daemon_stop(struct MHD_Daemon *running)
{
    mhd.stop_daemon(running);
}
