/* SPDX-License-Identifier: MIT */
/* Where pulled networks come from, and where they go. */
#ifndef TOOL_PULL_SOURCE_H
#define TOOL_PULL_SOURCE_H

#include "base/hub_name.h"
#include "densenet.h"

#include <stdbool.h>

typedef struct pull_options {
    const char *url, *sha256; /* of one file; NULL: as published */
    const char *from;         /* a mirror's folder or URL; NULL: none */
    int max_size, timeout;    /* megabytes, seconds */
} pull_options;

/* Each fetches what is not in the cache yet, and prints its name and path. Complains and returns
 * false if it cannot; the cache is then as it was. */
bool pull_published(const pull_options *options, const dn_published *weights);
bool pull_hub(const pull_options *options, const dn_hub_name *name);

/* Whether a file holds a DenseNet; complains if it does not. */
bool pull_is_network(const char *path);

#endif
