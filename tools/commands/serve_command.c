/* SPDX-License-Identifier: MIT */
#include "arguments/precision.h"
#include "arguments/threads.h"
#include "commands/commands.h"
#include "server.h"
#include "ui/report.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEBI = 1 << 20, MOST_NETWORKS = 256 };

static struct {
    const char *weights, *repository, *listen, *api_key_file, *tls_cert, *tls_key, *access_log,
        *bench, *formats;
    int queue, connections, body, pixels;
    double deadline, grace, client_timeout;
    bool allow_load, json;
} chosen = {.listen = "127.0.0.1:8000",
            .queue = 64,
            .connections = 10000,
            .body = 32,
            .pixels = 64,
            .deadline = 30,
            .client_timeout = 30};

static const option_row options[] = {
    {"weights", 'w', OPTION_FILE, &chosen.weights, "FILE|NAME", "as an argument: one network", 0,
     0},
    {"repository", 0, OPTION_FILE, &chosen.repository, "DIR",
     "serve all weight files in this folder, by their names", 0, 0},
    {"allow-load", 0, OPTION_FLAG, &chosen.allow_load, NULL,
     "let requests load and unload networks, of the folder or the command line", 0, 0},
    {"listen", 'l', OPTION_TEXT, &chosen.listen, "ADDRESS:PORT|unix:PATH",
     "where to listen (127.0.0.1:8000); port 0 is any that is free", 0, 0},
    {"", 0, OPTION_TABLE, threads_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, precision_option, NULL, NULL, 0, 0},
    {"queue", 0, OPTION_INT, &chosen.queue, "N", "requests that may wait; others get 503 (64)", 1,
     1000000},
    {"deadline", 0, OPTION_FLOAT, &chosen.deadline, "SECONDS",
     "that a request may take before it is given up with 504 (30)", 0.001, 86400},
    {"grace", 0, OPTION_FLOAT, &chosen.grace, "SECONDS",
     "between SIGTERM, when readiness goes, and no longer accepting connections (0)", 0, 86400},
    {"client-timeout", 0, OPTION_FLOAT, &chosen.client_timeout, "SECONDS",
     "that a client has to send a request's head, its body, or to read the reply (30)", 0.1, 86400},
    {"max-connections", 0, OPTION_INT, &chosen.connections, "N", "open at once (10000)", 1,
     1000000},
    {"max-body", 0, OPTION_INT, &chosen.body, "MIB",
     "of a request; all together may have eight times as much (32)", 1, 2000},
    {"max-pixels", 0, OPTION_INT, &chosen.pixels, "MEGAPIXELS", "of a picture (64)", 1, 10000},
    {"formats", 0, OPTION_TEXT, &chosen.formats, "FORMAT,...",
     "of pictures that are read, as jpeg,png; others' decoders never see a request (all)", 0, 0},
    {"api-key-file", 0, OPTION_FILE, &chosen.api_key_file, "FILE",
     "answer only requests that carry the key on its first line", 0, 0},
    {"tls-cert", 0, OPTION_FILE, &chosen.tls_cert, "FILE", "certificate for HTTPS, PEM", 0, 0},
    {"tls-key", 0, OPTION_FILE, &chosen.tls_key, "FILE", "its key, PEM", 0, 0},
    {"access-log", 0, OPTION_FILE, &chosen.access_log, "FILE|-",
     "write one JSON object per request; - is standard output", 0, 0},
    {"bench", 0, OPTION_FILE, &chosen.bench, "PICTURE",
     "ask for this picture by 1, 8 and 64 clients, print how that went, and end", 0, 0},
    {"json", 0, OPTION_FLAG, &chosen.json, NULL, "print that as JSON, one line for each", 0, 0},
    {0},
};

/* --max-body as DENSENET_SERVE_MAX_BODY: options that the command line does not give. */
static bool read_environment(void)
{
    char name[64];
    const option_row *row;
    for (int i = 0; (row = option_at(options, i)); i++) {
        int length = snprintf(name, sizeof name, "DENSENET_SERVE_%s", row->name);
        for (int at = 0; at < length; at++)
            name[at] = (char)(name[at] == '-' ? '_' : toupper(name[at]));
        const char *value = row->target ? getenv(name) : NULL;
        if (!value || option_given(row->target))
            continue;
        if (row->type == OPTION_FLAG && strcmp(value, "0") == 0)
            continue;
        if (!option_default(&serve_command, row->name, value))
            return complain("serve: that is from the environment's %s", name);
    }
    return true;
}

static void show(const serve_state *state)
{
    progress("%.1f requests/s, median %.1f ms, slowest %.0f ms; %d connected, %d computing, %d "
             "waiting",
             state->requests_per_second, state->median_ms, state->slowest_ms, state->connections,
             state->computing, state->waiting);
}

static void say(const char *sentence)
{
    progress_end();
    complain("%s", sentence);
}

static int run(int count, char **arguments)
{
    const char *networks[MOST_NETWORKS + 1];
    int network_count = 0;
    if (!read_environment())
        return EXIT_REFUSED;
    if (count > MOST_NETWORKS) {
        complain("serve: %d networks; %d can be served", count, MOST_NETWORKS);
        return EXIT_REFUSED;
    }
    if (chosen.json && !chosen.bench) {
        complain("serve: --json is how --bench prints; that is missing");
        return EXIT_REFUSED;
    }
    if (chosen.weights)
        networks[network_count++] = chosen.weights;
    for (int i = 0; i < count; i++)
        networks[network_count++] = arguments[i];
    const serve_options asked = {.networks = networks,
                                 .network_count = network_count,
                                 .repository = chosen.repository,
                                 .allow_load = chosen.allow_load,
                                 .listen = chosen.listen,
                                 .threads = threads_asked(),
                                 .precision = precision_chosen(),
                                 .queue = chosen.queue,
                                 .deadline = chosen.deadline,
                                 .grace = chosen.grace,
                                 .client_timeout = chosen.client_timeout,
                                 .most_connections = chosen.connections,
                                 .most_body = (size_t)chosen.body * MEBI,
                                 .most_pixels = (size_t)chosen.pixels * 1000000,
                                 .formats = chosen.formats,
                                 .api_key_file = chosen.api_key_file,
                                 .tls_cert = chosen.tls_cert,
                                 .tls_key = chosen.tls_key,
                                 .access_log = chosen.access_log,
                                 .bench = chosen.bench,
                                 .json = chosen.json,
                                 .show = isatty(STDERR_FILENO) ? show : NULL,
                                 .say = say};
    report_warnings();
    return serve(&asked) ? EXIT_DONE : EXIT_REFUSED;
}

const command serve_command = {
    .name = "serve",
    .arguments = "[NAME=]FILE|NAME ...",
    .summary = "answer at an address: pictures in, names and heat maps out",
    .description =
        "Serves networks over HTTP: a page for people at /, POST /predict for scripts, the\n"
        "Open Inference Protocol (v2) for programs, /metrics for Prometheus. Without a\n"
        "network, the built-in one. SIGHUP loads all networks again; SIGTERM answers what\n"
        "has begun and ends.\n"
        "\n"
        "Each option is also an environment variable: DENSENET_SERVE_MAX_BODY=64.\n",
    .examples = "  densenet serve\n"
                "    the built-in network at http://127.0.0.1:8000\n"
                "  curl -F file=@cat.jpg localhost:8000/predict\n"
                "    ask it\n"
                "  densenet serve xray=xrv.pt densenet121 --listen 0.0.0.0:8000\n"
                "    two networks, for the whole net: ?model=xray\n",
    .options = options,
    .least = 0,
    .most = -1,
    .run = run,
};
