/* SPDX-License-Identifier: MIT */
/* Watches over a server from its start to its end. */
#include "server.h"

#include "base/clock.h"
#include "base/status.h"
#include "http/daemon.h"
#include "http/listen.h"
#include "load/trial.h"
#include "running.h"

#include <stdio.h>
#include <stdlib.h>

static const double window = 5; /* seconds that the state is of */

static void show(server *s)
{
    if (!s->options->show)
        return;
    traffic_summary last = traffic_look(&s->traffic, dn_seconds(), window);
    const serve_state state = {.requests_per_second = last.per_second,
                               .median_ms = 1e3 * last.median,
                               .slowest_ms = 1e3 * last.slowest,
                               .connections = s->connections,
                               .waiting = queue_waiting(s->queue),
                               .computing = queue_computing(s->queue)};
    s->options->show(&state);
}

static void reload(server *s)
{
    char sentence[64];
    int failed = repository_reload(s->repository, s->options->say);
    if (access_log_reopen(s->log) != DN_OK)
        s->options->say(dn_last_error());
    snprintf(sentence, sizeof sentence, "networks were loaded again%s",
             failed ? ", not all of them" : "");
    s->options->say(sentence);
}

/* Whether a second signal comes while the server ends: what waits is then given up. */
static bool is_hurried(running *r)
{
    int number = signals_wait(&r->signals);
    r->server.abandoned = number == SIGTERM || number == SIGINT;
    return r->server.abandoned;
}

/* Until there are no more requests, or a second signal comes. */
static void drain(running *r)
{
    server *s = &r->server;
    double close_at = dn_seconds() + s->options->grace;
    s->ready = false;
    while (dn_seconds() < close_at) {
        guard_look(s->guard);
        if (is_hurried(r))
            return;
    }
    s->ending = true;
    daemon_quiesce(r->daemon);
    listen_stop(r->socket);
    r->quiesced = true;
    double give_up = dn_seconds() + s->options->deadline + s->options->client_timeout;
    while (s->connections > 0 && dn_seconds() < give_up) {
        guard_look(s->guard);
        guard_close_idle(s->guard);
        if (is_hurried(r))
            return;
    }
}

static void watch_over(running *r)
{
    for (;;) {
        int number = signals_wait(&r->signals);
        if (number == SIGHUP)
            reload(&r->server);
        else if (number)
            return;
        guard_look(r->server.guard);
        show(&r->server);
    }
}

static void say_address(const running *r)
{
    char *sentence;
    if (asprintf(&sentence, "serving at %s", r->address) < 0)
        return;
    r->server.options->say(sentence);
    free(sentence);
}

bool serve(const serve_options *options)
{
    running r = {.server.options = options};
    signals_block(&r.signals);
    dn_status status = running_start(&r);
    if (status == DN_OK) {
        r.server.ready = true;
        say_address(&r);
        if (options->bench)
            status = trial_run(r.socket, options->bench, r.server.api_key, options->json);
        else
            watch_over(&r);
        drain(&r);
    }
    if (status != DN_OK)
        options->say(dn_last_error());
    running_finish(&r);
    signals_restore(&r.signals);
    return status == DN_OK;
}
