/* SPDX-License-Identifier: MIT */
/* What the protocol needs to know of a network. It has one input and one version, "1". */
#ifndef PROTOCOL_MODEL_FACTS_H
#define PROTOCOL_MODEL_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#define MODEL_VERSION "1"
#define MODEL_INPUT "input"
#define MODEL_OUTPUT "output"
#define MODEL_PROBABILITIES "probabilities" /* an output too, which metadata do not mention */

typedef struct model_facts {
    const char *name;
    int channels, height, width; /* height and width: -1 if they may vary */
    int smallest;                /* height and width that may vary are no less */
    int classes;
    int most_batch;     /* pictures in one request */
    size_t most_pixels; /* of a picture whose size may vary */

    /* The name of an output, NULL or "": it has none. May be NULL. */
    const char *(*label)(const void *labels, int output);
    const void *labels;
} model_facts;

#endif
