/* SPDX-License-Identifier: MIT */
#include "run/part_read.h"

#include "base/json.h"
#include "files/sha256.h"
#include "ui/report.h"

#include <string.h>

enum { LONGEST_OBJECT = 1 << 22 };

static bool complain_of(const part_file *part, const char *fault)
{
    return complain("%s: %s", part->path, fault);
}

/* The line that begins there, up to its end. */
static size_t line_length(const part_file *part, size_t from)
{
    const unsigned char *begin = part->map.data + from;
    const unsigned char *end = memchr(begin, '\n', part->map.size - from);
    return end ? (size_t)(end - begin) : part->map.size - from;
}

static json_t *read_object(const part_file *part, size_t from, size_t length)
{
    json_t *object = NULL;
    dn_budget budget;
    dn_budget_begin(length, &budget);
    if (length > LONGEST_OBJECT ||
        dn_json_parse((const char *)part->map.data + from, length, part->path, &budget, &object) !=
            DN_OK ||
        !json_is_object(object)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* The last line is the digest of those before it. */
static bool check_digest(part_file *part)
{
    char digest[65];
    const char *written = NULL;
    size_t size = part->map.size, last = size;
    while (last > 1 && part->map.data[last - 2] != '\n')
        last--;
    last -= last > 0;
    json_t *object = read_object(part, last, size - last);
    sha256 hash;
    sha256_begin(&hash);
    sha256_add(&hash, part->map.data, last);
    sha256_end(&hash, digest);
    bool sound =
        object &&
        json_unpack(object, "{s:I, s:s}", "records", &part->records, "sha256", &written) == 0 &&
        strcmp(written, digest) == 0;
    json_decref(object);
    part->end = last;
    return sound || complain_of(part, "is cut short, or was changed: its last line is not the "
                                      "digest of those before it");
}

static bool read_head(part_file *part)
{
    size_t length = line_length(part, 0);
    json_t *head = read_object(part, 0, length);
    bool sound = head && json_unpack(head, "{s:i, s:i, s:O}", "shard", &part->shard, "shards",
                                     &part->shards, "run", &part->run) == 0;
    json_decref(head);
    part->at = length + 1;
    return sound && json_is_object(part->run) && part->shards >= 1 && part->shards <= MOST_SHARDS &&
           part->shard >= 1 && part->shard <= part->shards;
}

bool part_open(const char *path, part_file *part)
{
    *part = (part_file){.path = path};
    if (!ok_or_complain(dn_file_map_open(path, &part->map)))
        return false;
    if (!part->map.size || !read_head(part))
        return complain_of(part, "is no part: `densenet eval` and `predict` write them with "
                                 "--shard I/N --part FILE");
    return check_digest(part);
}

void part_close(part_file *part)
{
    json_decref(part->run);
    if (part->map.data)
        dn_file_map_close(&part->map);
    *part = (part_file){0};
}

static int digit(unsigned char letter)
{
    return letter >= '0' && letter <= '9'   ? letter - '0'
           : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10
                                            : -1;
}

static dn_status fail(const part_file *part, const char *fault)
{
    return dn_fail(DN_ERROR_FORMAT, "%s: %s", part->path, fault);
}

dn_status part_read_record(part_file *part, unsigned char *bytes, size_t size)
{
    if (part->at >= part->end)
        return fail(part, "holds fewer records than the run makes");
    const unsigned char *line = part->map.data + part->at;
    size_t length = line_length(part, part->at), digits = length - 2;
    part->at += length + 1;
    if (length < 2 || line[0] != '"' || line[length - 1] != '"' || digits % 2 || digits / 2 > size)
        return fail(part, "holds a record that is not the run's");
    memset(bytes, 0, size);
    for (size_t i = 0; i < digits / 2; i++) {
        int high = digit(line[1 + 2 * i]), low = digit(line[2 + 2 * i]);
        if (high < 0 || low < 0)
            return fail(part, "holds a record that is not hexadecimal");
        bytes[i] = (unsigned char)(16 * high + low);
    }
    return DN_OK;
}
