/* SPDX-License-Identifier: MIT */
/* The weights that `densenet pull` knows, and where it keeps them. */
#ifndef TOOL_PUBLISHED_H
#define TOOL_PUBLISHED_H

#include <stdbool.h>
#include <stddef.h>

typedef struct published {
    const char *name;   /* "densenet121" */
    const char *file;   /* as published, and in the cache */
    const char *sha256; /* the digest's first hex digits, also part of the file's name */
} published;

#define PUBLISHED_COUNT 4
extern const published published_weights[PUBLISHED_COUNT];

/* Where torchvision publishes them, with a final slash. */
extern const char published_site[];

/* NULL if the name is not one of them. */
const published *published_find(const char *name);

/* The cache's folder: $XDG_CACHE_HOME/densenet or ~/.cache/densenet. Complains
 * and returns false if neither variable is set or the path is too long. */
bool cache_folder(char *path, size_t size);

/* A file's path in the cache. */
bool cache_path(const published *weights, char *path, size_t size);

#endif
