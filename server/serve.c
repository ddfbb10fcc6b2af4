/* SPDX-License-Identifier: MIT */
/* Starts the server's parts, watches over them, and ends them in order. */
#include "server.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/status.h"
#include "context.h"
#include "http/answer.h"
#include "http/api_key.h"
#include "http/daemon.h"
#include "http/listen.h"
#include "http/microhttpd.h"
#include "load/trial.h"
#include "signals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const double window = 5; /* seconds that the state is of */

typedef struct running {
    server server;
    struct MHD_Daemon *daemon;
    int socket;
    bool quiesced; /* the socket is ours again */
    char *address, *certificate, *key;
    signals signals;
} running;

/* A connection is an open file, and so is much else. */
static void allow_files(int connections)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    rlim_t needed = (rlim_t)connections + 64;
    if (limit.rlim_cur < needed) {
        limit.rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* PEM, as text. */
static dn_status read_text(const char *path, char **text)
{
    enum { MOST_PEM = 1 << 20 };
    dn_file_map file;
    DN_TRY(dn_file_read(path, MOST_PEM, &file));
    *text = strndup((const char *)file.data, file.size);
    dn_file_map_close(&file);
    return *text ? DN_OK : dn_fail_memory(MOST_PEM);
}

static dn_status read_secrets(running *r)
{
    const serve_options *options = r->server.options;
    if (!options->tls_cert != !options->tls_key)
        return dn_fail(DN_ERROR_ARGUMENT, "TLS needs both --tls-cert and --tls-key");
    if (options->tls_cert) {
        DN_TRY(read_text(options->tls_cert, &r->certificate));
        DN_TRY(read_text(options->tls_key, &r->key));
    }
    if (options->bench && options->tls_cert)
        return dn_fail(DN_ERROR_ARGUMENT, "--bench asks without TLS; leave out --tls-cert");
    return options->api_key_file ? key_read(options->api_key_file, &r->server.api_key) : DN_OK;
}

/* Whether the formats to be read are formats: a picture of one pixel says so. */
static dn_status check_formats(const char *formats)
{
    static const char pixel[] = "P5 1 1 255\n";
    dn_image_limits limits;
    dn_image *image;
    dn_image_defaults(&limits, sizeof limits);
    limits.formats = formats;
    dn_status status = dn_image_decode(pixel, sizeof pixel, "a pixel", &limits, &image);
    if (status == DN_OK)
        dn_image_free(image);
    return status == DN_ERROR_ARGUMENT ? status : DN_OK;
}

static dn_status load_networks(server *s)
{
    const serve_options *options = s->options;
    DN_TRY(repository_create(options->repository, options->precision, &s->repository));
    for (int i = 0; i < options->network_count; i++)
        DN_TRY(repository_add(s->repository, options->networks[i]));
    if (options->repository)
        return repository_add_folder(s->repository, options->say);
    return options->network_count ? DN_OK : repository_add(s->repository, "builtin");
}

static dn_status start(running *r)
{
    server *s = &r->server;
    const serve_options *options = s->options;
    traffic_begin(&s->traffic);
    counters_begin(&s->general);
    DN_TRY(microhttpd_load());
    DN_TRY(check_formats(options->formats));
    DN_TRY(read_secrets(r));
    if (options->access_log)
        DN_TRY(access_log_open(options->access_log, &s->log));
    DN_TRY(load_networks(s));
    allow_files(options->most_connections);
    int threads = options->threads ? options->threads : dn_core_count();
    s->queue = queue_create(threads, options->queue, answer_job);
    s->guard = guard_create(options->client_timeout);
    if (!s->queue || !s->guard)
        return dn_fail(DN_ERROR_MEMORY, "the server cannot start its threads");
    DN_TRY(
        listen_open(options->listen, r->certificate ? "https" : "http", &r->socket, &r->address));
    dn_status status = daemon_start(s, r->socket, r->certificate, r->key, &r->daemon);
    if (status != DN_OK)
        close(r->socket);
    return status;
}

static void finish(running *r)
{
    server *s = &r->server;
    if (s->queue)
        queue_close(s->queue);
    if (r->daemon)
        daemon_stop(r->daemon);
    if (r->quiesced)
        close(r->socket);
    listen_close(s->options->listen);
    queue_free(s->queue);
    guard_free(s->guard);
    repository_free(s->repository);
    access_log_close(s->log);
    counters_end(&s->general);
    traffic_end(&s->traffic);
    free(s->api_key);
    free(r->address);
    free(r->certificate);
    free(r->key);
}

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
    while (dn_seconds() < close_at)
        if (is_hurried(r))
            return;
    s->ending = true;
    daemon_quiesce(r->daemon);
    listen_stop(r->socket);
    r->quiesced = true;
    double give_up = dn_seconds() + s->options->deadline + s->options->client_timeout;
    while (s->connections > 0 && dn_seconds() < give_up) {
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
    dn_status status = start(&r);
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
    finish(&r);
    signals_restore(&r.signals);
    return status == DN_OK;
}
