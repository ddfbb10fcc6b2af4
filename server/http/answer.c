/* SPDX-License-Identifier: MIT */
#include "http/answer.h"

#include "base/clock.h"
#include "context.h"
#include "http/api_key.h"
#include "http/body.h"
#include "http/coding.h"
#include "http/framing.h"
#include "http/target.h"
#include "routes/route.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_CODED = 1024 };

/* The client's own id, if it is one that a log can hold; otherwise a new one. */
static void give_id(exchange *x)
{
    const char *asked = exchange_header(x, "X-Request-Id");
    size_t length = asked ? strlen(asked) : 0;
    bool plain = length > 0 && length < sizeof x->id;
    for (size_t i = 0; i < length && plain; i++)
        plain = asked[i] > ' ' && asked[i] <= '~' && asked[i] != '"' && asked[i] != '\\';
    if (plain)
        memcpy(x->id, asked, length + 1);
    else
        snprintf(x->id, sizeof x->id, "%08x-%08x", (unsigned)(uint64_t)(x->began * 1e6),
                 atomic_fetch_add(&x->server->requests, 1));
}

static void find_network(exchange *x)
{
    const char *name =
        x->route->network == ROUTE_NETWORK_IN_PATH ? x->parts[0] : exchange_query(x, "model");
    x->network = repository_find(x->server->repository, name);
    if (!x->network && name)
        exchange_refuse(x, 404, "there is no network called \"%.100s\"", name);
    else if (!x->network)
        exchange_refuse(x, 503, "no network is loaded");
}

void answer_begin(exchange *x)
{
    give_id(x);
    framing_check(x);
    if (!x->answered && x->cut)
        exchange_refuse(x, 414, "the query has more than %d parameters, or %d bytes",
                        TARGET_MOST_PARAMETERS, TARGET_MOST_QUERY);
    if (!x->answered)
        route_exchange(x);
    if (!x->answered && !x->route->open)
        key_check(x);
    if (!x->answered && x->route->network != ROUTE_NO_NETWORK)
        find_network(x);
    if (!x->answered)
        body_expect(x);
}

/* Routes that compute answer in a thread that has the time to compress, too; the page's files, of
 * 40 kB at most, take a third of a millisecond. */
static void code_reply(exchange *x)
{
    const char *coding = coding_accepted(exchange_header(x, "Accept-Encoding"));
    bool text = x->type && strcmp(x->type, "image/png") != 0;
    size_t size, before = x->reply_size;
    void *coded = coding && text && before >= SMALLEST_CODED
                      ? coding_deflate(coding, x->reply, before, &size)
                      : NULL;
    x->varies = text;
    if (!coded)
        return;
    exchange_reply(x, x->status, x->type, coded, size);
    x->coding = coding;
}

void answer_now(exchange *x)
{
    x->submitted = true;
    body_decode(x);
    if (!x->answered)
        x->route->answer(x);
    double began = dn_seconds();
    code_reply(x);
    x->output_seconds += dn_seconds() - began;
}

void answer_queue(exchange *x)
{
    x->submitted = true;
    x->job.line = x->network ? &x->network->line : NULL;
    x->job.deadline = x->began + x->server->options->deadline;
    if (queue_push(x->server->queue, &x->job))
        return;
    exchange_refuse(x, 503, "as many requests wait as may; try again");
    exchange_add_header(x, "Retry-After", "1");
    mhd.resume_connection(x->connection);
}

static exchange *exchange_of(job *taken)
{
    return (exchange *)(void *)((char *)taken - offsetof(exchange, job));
}

void answer_job(job *taken)
{
    exchange *x = exchange_of(taken);
    if (!exchange_is_vain(x))
        answer_now(x);
    body_release(x);
    taken->finished = dn_seconds();
    mhd.resume_connection(x->connection);
}

static failure failure_of(const exchange *x, bool sent)
{
    if (!sent || x->status == EXCHANGE_GONE)
        return FAILURE_GONE;
    if (x->status == 429 || x->status == 503)
        return FAILURE_FULL;
    return x->status == 504 ? FAILURE_DEADLINE : x->status >= 500 ? FAILURE_SERVER : FAILURE_INPUT;
}

/* Leaves the text as it is if the client has none. */
static void write_address(const struct sockaddr *address, char *text, size_t size)
{
    socklen_t length = address && address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                                 : sizeof(struct sockaddr_in);
    if (address && (address->sa_family == AF_INET || address->sa_family == AF_INET6))
        getnameinfo(address, length, text, (socklen_t)size, NULL, 0, NI_NUMERICHOST);
}

static void write_down(const exchange *x, const double seconds[STAGE_COUNT], const char *why)
{
    char remote[64] = "unix";
    if (!x->server->log)
        return;
    const union MHD_ConnectionInfo *facts =
        mhd.get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    write_address(facts ? facts->client_addr : NULL, remote, sizeof remote);
    const access_line line = {.id = x->id,
                              .remote = remote,
                              .method = x->method,
                              .path = x->path,
                              .network = x->network ? x->network->name : NULL,
                              .failure = why,
                              .status = x->status,
                              .pictures = x->pictures,
                              .bytes_in = x->size_in,
                              .bytes_out = x->size_out,
                              .seconds = seconds[STAGE_ALL],
                              .queue_seconds = seconds[STAGE_QUEUE],
                              .decode_seconds = seconds[STAGE_DECODE],
                              .compute_seconds = seconds[STAGE_COMPUTE],
                              .output_seconds = seconds[STAGE_OUTPUT]};
    access_log_write(x->server->log, &line);
}

void answer_end(exchange *x, bool sent)
{
    double now = dn_seconds(), seconds[STAGE_COUNT] = {[STAGE_ALL] = now - x->began};
    bool computed = x->job.finished > 0, good = sent && x->status < 400;
    failure why = failure_of(x, sent);
    if (computed) {
        seconds[STAGE_QUEUE] = x->job.started - x->job.queued;
        seconds[STAGE_DECODE] = x->decode_seconds;
        seconds[STAGE_OUTPUT] = x->output_seconds;
        seconds[STAGE_COMPUTE] =
            x->job.finished - x->job.started - x->decode_seconds - x->output_seconds;
    }
    bool of_network = x->network && x->route->computes; /* not questions about it */
    counters *c = of_network ? x->network->counters : &x->server->general;
    if (!good)
        counters_failure(c, why, seconds[STAGE_ALL]);
    else
        counters_success(c, seconds, x->pictures);
    traffic_add(&x->server->traffic, now, seconds[STAGE_ALL]);
    write_down(x, seconds, good ? NULL : failure_names[why]);
    body_release(x);
    network_release(x->network);
    exchange_free(x);
}
