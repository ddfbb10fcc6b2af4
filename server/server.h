/* SPDX-License-Identifier: MIT */
/* The door: what `densenet serve` asks for. */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stddef.h>

/* What happens at present, for a line on a terminal. */
typedef struct serve_state {
    double requests_per_second, median_ms, slowest_ms; /* of the last seconds */
    int connections, waiting, computing;
} serve_state;

typedef struct serve_options {
    const char *const *networks; /* "NAME=FILE", or "FILE" or a name of dn_model_load */
    int network_count;           /* 0, and no repository: the built-in network */
    const char *repository; /* folder whose weight files are networks by their names; or NULL */
    bool allow_load;        /* requests may load and unload networks */
    const char *listen;     /* "ADDRESS:PORT", "PORT" or "unix:PATH" */
    int threads;            /* that compute; 0: one per core */
    const char *precision;  /* of dn_session_options */
    int queue;              /* requests that may wait */
    double deadline, grace; /* seconds that a request may take; between SIGTERM and closing */
    double client_timeout;  /* seconds that a client has to send a head or body, or to read */
    int most_connections;
    size_t most_body, most_pixels;
    const char *formats;                           /* of dn_image_limits, or NULL */
    const char *api_key_file, *tls_cert, *tls_key; /* or NULL */
    const char *access_log;                        /* file, "-" for standard output, or NULL */
    const char *bench; /* a picture: the server asks itself, prints how that went, and ends */
    bool json;         /* prints it as JSON */

    /* Called a few times a second while the server runs, and with each sentence for the operator;
     * from the thread of serve(). */
    void (*show)(const serve_state *state);
    void (*say)(const char *sentence);
} serve_options;

/* Serves until SIGTERM or SIGINT, then answers what has begun. Returns whether it ended so; false
 * after a sentence that says why it could not start. */
bool serve(const serve_options *options);

#endif
