/* SPDX-License-Identifier: MIT */
/* GET /metrics. Names of networks have no characters that would have to be escaped. */
#include "context.h"
#include "metrics/prometheus.h"
#include "routes/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct snapshot {
    repository_entry entries[REPOSITORY_MOST + 1]; /* the last is of what no network computes */
    counts counts[REPOSITORY_MOST + 1];
    int count;
} snapshot;

static void take_snapshot(server *s, snapshot *taken)
{
    taken->count = repository_list(s->repository, taken->entries, REPOSITORY_MOST);
    taken->entries[taken->count++] = (repository_entry){.counters = &s->general};
    for (int i = 0; i < taken->count; i++)
        taken->counts[i] = counters_read(taken->entries[i].counters);
}

static void add_requests(dn_text *text, const snapshot *taken)
{
    static const char name[] = "densenet_requests_total";
    prometheus_begin(text, name, "counter",
                     "Requests by what became of them: success, or why there was no answer.");
    for (int i = 0; i < taken->count; i++) {
        const char *of = taken->entries[i].name;
        dn_text_add(text, "%s{network=\"%s\",result=\"success\"} %.17g\n", name, of,
                    (double)taken->counts[i].successes);
        for (int f = 0; f < FAILURE_COUNT; f++)
            dn_text_add(text, "%s{network=\"%s\",result=\"%s\"} %.17g\n", name, of,
                        failure_names[f], (double)taken->counts[i].failures[f]);
    }
}

static void add_histograms(dn_text *text, const snapshot *taken)
{
    char labels[NETWORK_NAME_SIZE + 64];
    prometheus_begin(text, "densenet_stage_seconds", "histogram",
                     "Time of requests with answers: in the queue, decoding, computing, making the "
                     "reply, and from the first byte to the last.");
    for (int i = 0; i < taken->count - 1; i++)
        for (int s = 0; s < STAGE_COUNT; s++) {
            snprintf(labels, sizeof labels, "network=\"%s\",stage=\"%s\"", taken->entries[i].name,
                     stage_names[s]);
            prometheus_histogram(text, "densenet_stage_seconds", labels, stage_bounds,
                                 &taken->counts[i].stages[s]);
        }
    prometheus_begin(text, "densenet_request_pictures", "histogram",
                     "Pictures of requests with answers.");
    for (int i = 0; i < taken->count - 1; i++) {
        snprintf(labels, sizeof labels, "network=\"%s\"", taken->entries[i].name);
        prometheus_histogram(text, "densenet_request_pictures", labels, size_bounds,
                             &taken->counts[i].sizes);
    }
}

static void add_networks(dn_text *text, const snapshot *taken)
{
    prometheus_begin(text, "densenet_network_loaded", "gauge", "Whether a network can be asked.");
    for (int i = 0; i < taken->count - 1; i++)
        prometheus_value(text, "densenet_network_loaded", "network", taken->entries[i].name,
                         taken->entries[i].loaded);
    prometheus_begin(text, "densenet_network_bytes", "gauge",
                     "Memory of a network's prepared weights and of sessions that rest.");
    for (int i = 0; i < taken->count - 1; i++)
        prometheus_value(text, "densenet_network_bytes", "network", taken->entries[i].name,
                         (double)taken->entries[i].bytes);
}

static void add_gauge(dn_text *text, const char *name, const char *help, double value)
{
    prometheus_begin(text, name, "gauge", help);
    prometheus_value(text, name, NULL, NULL, value);
}

static double resident_bytes(void)
{
    unsigned long all = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%lu %lu", &all, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void answer_metrics(exchange *x)
{
    server *s = x->server;
    dn_text text = {0};
    char *made;
    snapshot *taken = malloc(sizeof *taken);
    if (!taken) {
        exchange_refuse(x, 500, "out of memory");
        return;
    }
    take_snapshot(s, taken);
    add_requests(&text, taken);
    add_histograms(&text, taken);
    add_networks(&text, taken);
    free(taken);
    add_gauge(&text, "densenet_queue_requests", "Requests that wait.", queue_waiting(s->queue));
    add_gauge(&text, "densenet_computing_requests", "Requests that are being computed.",
              queue_computing(s->queue));
    add_gauge(&text, "densenet_connections", "Open connections.", s->connections);
    add_gauge(&text, "densenet_body_bytes", "Memory of requests that are there.",
              (double)s->body_bytes);
    add_gauge(&text, "process_resident_memory_bytes", "Resident memory.", resident_bytes());
    if (dn_text_take(&text, &made) == DN_OK)
        exchange_reply(x, 200, "text/plain; version=0.0.4; charset=utf-8", made, strlen(made));
    else
        exchange_refuse(x, 500, "out of memory");
}

const route metrics_routes[] = {
    {"GET", "/metrics", answer_metrics, ROUTE_NO_NETWORK, false, false},
    {0},
};
