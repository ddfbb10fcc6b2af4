/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4), for checking what was fetched. */
#ifndef TOOL_SHA256_H
#define TOOL_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct sha256 {
    uint32_t state[8];
    uint64_t bytes;
    unsigned char block[64]; /* the last, not full */
} sha256;

void sha256_begin(sha256 *hash);
void sha256_add(sha256 *hash, const void *data, size_t size);

/* The digest in hexadecimal. */
void sha256_end(sha256 *hash, char digest[65]);

#endif
