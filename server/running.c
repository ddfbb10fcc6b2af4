/* SPDX-License-Identifier: MIT */
#include "running.h"

#include "base/file.h"
#include "base/picture_formats.h"
#include "base/status.h"
#include "http/answer.h"
#include "http/api_key.h"
#include "http/daemon.h"
#include "http/listen.h"
#include "lost_files.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

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

/* Threads do not keep memory of their own, and what large pictures took goes back to the system as
 * soon as it is free. Buffers below a megabyte, as usual pictures need them, are used again: to
 * have the system's pages cleared for each request would take a thirtieth of DenseNet-121's time.
 */
static void keep_little_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 2 << 20);
#endif
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

dn_status running_start(running *r)
{
    server *s = &r->server;
    const serve_options *options = s->options;
    keep_little_memory();
    lost_files_survive();
    traffic_begin(&s->traffic);
    counters_begin(&s->general);
    DN_TRY(microhttpd_load());
    bool any;
    DN_TRY(dn_picture_formats_check(options->formats, "", &any));
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

void running_finish(running *r)
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
    lost_files_restore();
}
