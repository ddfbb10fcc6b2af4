/* SPDX-License-Identifier: MIT */
/* GET /v2/models/NAME/stats: the statistics extension. */
#ifndef PROTOCOL_STATISTICS_H
#define PROTOCOL_STATISTICS_H

#include <jansson.h>
#include <stdint.h>

typedef struct statistics_duration {
    uint64_t count;
    double seconds; /* together */
} statistics_duration;

typedef struct model_statistics {
    const char *name;
    uint64_t last_ms; /* since 1970, of the last request; 0: none */
    uint64_t pictures, runs;
    statistics_duration success, fail, queue, compute_input, compute_infer, compute_output;
    size_t bytes; /* of memory */
} model_statistics;

/* Returns a new object of any number of networks, NULL if the memory is missing. */
json_t *statistics_describe(const model_statistics *models, int count);

#endif
