/* SPDX-License-Identifier: MIT */
/* A shard's part, with the digest that belongs to it, and as it is. */
#include "files/sha256.h"
#include "memory_file.h"
#include "run/part_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads all records, each with room for a few bytes more than the one before. */
static void read_all(const char *path, size_t lines)
{
    static unsigned char bytes[1 << 16];
    part_file part;
    size_t count = 0;
    if (part_open(path, &part)) {
        if (part.shard < 1 || part.shard > part.shards || !json_is_object(part.run))
            abort();
        while (part_read_record(&part, bytes, count * 8 % sizeof bytes) == DN_OK)
            count++;
        if (count > lines)
            abort();
    }
    part_close(&part);
}

static size_t seal(const uint8_t *data, size_t size, char *sealed, size_t room)
{
    char digest[65];
    sha256 hash;
    memcpy(sealed, data, size);
    if (size && data[size - 1] != '\n')
        sealed[size++] = '\n';
    sha256_begin(&hash);
    sha256_add(&hash, sealed, size);
    sha256_end(&hash, digest);
    return size + (size_t)snprintf(sealed + size, room - size,
                                   "{\"records\":1,\"sha256\":\"%s\"}\n", digest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    char *sealed = malloc(size + 256);
    if (!sealed)
        abort();
    read_all(memory_file("part.jsonl", data, size), lines);
    size_t length = seal(data, size, sealed, size + 256);
    read_all(memory_file("part.jsonl", sealed, length), lines);
    free(sealed);
    return 0;
}
