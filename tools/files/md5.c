/* SPDX-License-Identifier: MIT */
#include "files/md5.h"

#include <stdio.h>
#include <string.h>

/* |sin(i + 1)| of radians: the first 32 bits of each fraction. */
static const uint32_t constants[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

/* Of each round's four kinds of steps. */
static const unsigned shifts[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static uint32_t rotate(uint32_t value, unsigned count)
{
    return value << count | value >> (32 - count);
}

static uint32_t mix(int round, uint32_t b, uint32_t c, uint32_t d)
{
    return round == 0   ? (b & c) | (~b & d)
           : round == 1 ? (b & d) | (c & ~d)
           : round == 2 ? b ^ c ^ d
                        : c ^ (b | ~d);
}

static uint32_t word_at(const unsigned char *block, int index)
{
    const unsigned char *at = block + (ptrdiff_t)4 * index;
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Which word of the block a step reads: i, 5i + 1, 3i + 5, 7i, of 16. */
static void compress(md5 *hash, const unsigned char *block)
{
    static const int factors[4] = {1, 5, 3, 7}, offsets[4] = {0, 1, 5, 0};
    uint32_t v[4];
    memcpy(v, hash->state, sizeof v);
    for (int i = 0; i < 64; i++) {
        int round = i / 16;
        uint32_t sum = v[0] + mix(round, v[1], v[2], v[3]) + constants[i] +
                       word_at(block, (factors[round] * i + offsets[round]) % 16);
        v[0] = v[3];
        v[3] = v[2];
        v[2] = v[1];
        v[1] += rotate(sum, shifts[round][i % 4]);
    }
    for (int i = 0; i < 4; i++)
        hash->state[i] += v[i];
}

void md5_begin(md5 *hash)
{
    static const uint32_t start[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    memcpy(hash->state, start, sizeof start);
    hash->bytes = 0;
}

void md5_add(md5 *hash, const void *data, size_t size)
{
    const unsigned char *at = data;
    while (size) {
        size_t used = (size_t)(hash->bytes % 64), count = 64 - used < size ? 64 - used : size;
        memcpy(hash->block + used, at, count);
        hash->bytes += count;
        at += count;
        size -= count;
        if (hash->bytes % 64 == 0)
            compress(hash, hash->block);
    }
}

void md5_end(md5 *hash, char digest[33])
{
    uint64_t bits = hash->bytes * 8;
    unsigned char length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)(bits >> (8 * i));
    md5_add(hash, "\x80", 1);
    while (hash->bytes % 64 != 56)
        md5_add(hash, "", 1);
    md5_add(hash, length, sizeof length);
    for (int i = 0; i < 16; i++)
        snprintf(digest + (ptrdiff_t)2 * i, 3, "%02x", hash->state[i / 4] >> (8 * (i % 4)) & 0xff);
}
