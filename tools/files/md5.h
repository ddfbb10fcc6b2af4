/* SPDX-License-Identifier: MIT */
/* MD5 (RFC 1321), where a publisher gives no better checksum: it finds damage, not malice. */
#ifndef TOOL_MD5_H
#define TOOL_MD5_H

#include <stddef.h>
#include <stdint.h>

typedef struct md5 {
    uint32_t state[4];
    uint64_t bytes;
    unsigned char block[64]; /* the last, not full */
} md5;

void md5_begin(md5 *hash);
void md5_add(md5 *hash, const void *data, size_t size);

/* The digest in hexadecimal. */
void md5_end(md5 *hash, char digest[33]);

#endif
