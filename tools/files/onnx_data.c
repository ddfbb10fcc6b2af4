/* SPDX-License-Identifier: MIT */
#include "files/onnx_data.h"

#include "base/file.h"
#include "files/same_file.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A protobuf map's entry: field 1 is the key "location", field 2 the name of a file beside this
 * one. */
static const char entry[] = "\x0a\x08location\x12";
enum { ENTRY = sizeof entry - 1 };

/* The length of field 2, which may have two bytes; moves *at behind it. */
static size_t read_length(const unsigned char **at, const unsigned char *end)
{
    size_t length = 0;
    for (int shift = 0; *at < end && shift <= 14; shift += 7) {
        unsigned char byte = *(*at)++;
        length |= (size_t)(byte & 127) << shift;
        if (byte < 128)
            return length;
    }
    return SIZE_MAX;
}

static bool differs(const char *output, const char *weights, const unsigned char *name, size_t size)
{
    char path[PATH_MAX];
    int folder = (int)(base_name(weights) - weights);
    int needed = snprintf(path, sizeof path, "%.*s%.*s", folder, weights, (int)size, name);
    return needed < 0 || (size_t)needed >= sizeof path || output_is_distinct(output, path);
}

bool onnx_data_is_distinct(const char *output, const char *weights)
{
    struct stat info;
    dn_file_map map;
    if (stat(output, &info) != 0 || stat(weights, &info) != 0 || !S_ISREG(info.st_mode) ||
        dn_file_map_open(weights, &map) != DN_OK)
        return true;
    bool distinct = true;
    const unsigned char *at = map.data, *end = at + map.size;
    while (distinct && (at = memmem(at, (size_t)(end - at), entry, ENTRY))) {
        at += ENTRY;
        size_t length = read_length(&at, end);
        if (length < PATH_MAX && length <= (size_t)(end - at))
            distinct = differs(output, weights, at, length);
    }
    dn_file_map_close(&map);
    return distinct;
}
