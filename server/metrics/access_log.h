/* SPDX-License-Identifier: MIT */
/* One line of JSON per request. Names of picture files, which may be those of patients, and
 * sentences about them are not in it. */
#ifndef METRICS_ACCESS_LOG_H
#define METRICS_ACCESS_LOG_H

#include "densenet.h"

typedef struct access_log access_log;

typedef struct access_line {
    const char *id, *remote, *method, *path, *network, *failure; /* the last two may be NULL */
    int status, pictures;
    size_t bytes_in, bytes_out;
    double seconds, queue_seconds, decode_seconds, compute_seconds, output_seconds;
} access_line;

/* path: a file, which is appended to, or "-" for standard output. */
dn_status access_log_open(const char *path, access_log **log);

/* May be called by one thread at a time. log may be NULL. */
void access_log_write(access_log *log, const access_line *line);

/* Opens the file anew, as after it was renamed. */
dn_status access_log_reopen(access_log *log);
void access_log_close(access_log *log);

#endif
