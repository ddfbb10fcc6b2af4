/* SPDX-License-Identifier: MIT */
#include "http/coding.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum {
    ANY_WRAPPER = 32 + MAX_WBITS, /* for inflate: zlib's or gzip's */
    GZIP_WRAPPER = 16 + MAX_WBITS,
    FIRST_SIZE = 1 << 16
};

bool coding_is_known(const char *name)
{
    return strcasecmp(name, "gzip") == 0 || strcasecmp(name, "x-gzip") == 0 ||
           strcasecmp(name, "deflate") == 0;
}

/* Doubles the room, up to `most` bytes and one that tells that there is more. */
static bool grow(unsigned char **bytes, size_t *room, size_t most)
{
    size_t next = *room ? *room * 2 : FIRST_SIZE;
    if (next > most)
        next = most + 1;
    unsigned char *grown = realloc(*bytes, next);
    if (!grown)
        return false;
    *bytes = grown;
    *room = next;
    return true;
}

static coding_status inflate_all(z_stream *stream, size_t most, unsigned char **plain,
                                 size_t *plain_size)
{
    size_t room = 0;
    int status = Z_OK;
    while (status != Z_STREAM_END) {
        if (stream->total_out > most)
            return CODING_TOO_LARGE;
        if (stream->total_out == room && !grow(plain, &room, most))
            return CODING_MEMORY;
        size_t left = room - stream->total_out;
        stream->next_out = *plain + stream->total_out;
        stream->avail_out = (uInt)(left > UINT_MAX / 2 ? UINT_MAX / 2 : left);
        status = inflate(stream, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END)
            return status == Z_MEM_ERROR ? CODING_MEMORY : CODING_DAMAGED;
    }
    *plain_size = stream->total_out;
    if (*plain_size > most)
        return CODING_TOO_LARGE;
    return stream->avail_in ? CODING_DAMAGED : CODING_OK;
}

coding_status coding_inflate(const void *data, size_t size, size_t most, unsigned char **plain,
                             size_t *plain_size)
{
    z_stream stream = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
    *plain = NULL;
    if (size > UINT_MAX / 2)
        return CODING_TOO_LARGE;
    if (inflateInit2(&stream, ANY_WRAPPER) != Z_OK)
        return CODING_MEMORY;
    coding_status status = inflate_all(&stream, most, plain, plain_size);
    inflateEnd(&stream);
    if (status != CODING_OK) {
        free(*plain);
        *plain = NULL;
    }
    return status;
}

/* Whether a header lists a coding, and not with the weight 0. */
static bool accepts(const char *header, const char *coding)
{
    size_t length = strlen(coding);
    while (*header) {
        header += strspn(header, ", \t");
        size_t item = strcspn(header, ",");
        if (item >= length && strncasecmp(header, coding, length) == 0 &&
            (item == length || strchr("; \t", header[length]))) {
            const char *weight = strcasestr(header, "q=");
            return !weight || weight >= header + item || strtod(weight + 2, NULL) > 0;
        }
        header += item;
    }
    return false;
}

const char *coding_accepted(const char *header)
{
    static const char *const ours[] = {"gzip", "deflate"};
    for (size_t i = 0; header && i < sizeof ours / sizeof *ours; i++)
        if (accepts(header, ours[i]))
            return ours[i];
    return NULL;
}

void *coding_deflate(const char *coding, const void *data, size_t size, size_t *coded_size)
{
    int window = strcmp(coding, "gzip") == 0 ? GZIP_WRAPPER : MAX_WBITS;
    z_stream stream = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
    if (size > UINT_MAX / 2 ||
        deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    unsigned char *coded = malloc(size);
    stream.next_out = coded;
    stream.avail_out = coded ? (uInt)size : 0;
    int status = coded ? deflate(&stream, Z_FINISH) : Z_MEM_ERROR;
    *coded_size = stream.total_out;
    deflateEnd(&stream);
    if (status == Z_STREAM_END)
        return coded;
    free(coded);
    return NULL;
}
