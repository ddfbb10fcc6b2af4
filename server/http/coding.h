/* SPDX-License-Identifier: MIT */
/* Content codings: gzip and deflate (RFC 9110, 8.4.1), of bodies and of replies. */
#ifndef HTTP_CODING_H
#define HTTP_CODING_H

#include <stdbool.h>
#include <stddef.h>

typedef enum coding_status {
    CODING_OK,
    CODING_DAMAGED,
    CODING_TOO_LARGE, /* more than `most` bytes */
    CODING_MEMORY
} coding_status;

/* Whether a name of Content-Encoding is one that is read: gzip, x-gzip or deflate. */
bool coding_is_known(const char *name);

/* Undoes either coding. The caller releases *plain with free(). */
coding_status coding_inflate(const void *data, size_t size, size_t most, unsigned char **plain,
                             size_t *plain_size);

/* The coding that an Accept-Encoding header prefers, "gzip" or "deflate"; NULL if it wants neither
 * or there is no header. */
const char *coding_accepted(const char *header);

/* Returns the coded bytes, which the caller releases with free(); NULL if there is no memory or
 * nothing is won. */
void *coding_deflate(const char *coding, const void *data, size_t size, size_t *coded_size);

#endif
