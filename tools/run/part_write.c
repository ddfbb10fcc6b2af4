/* SPDX-License-Identifier: MIT */
#include "run/part_write.h"

#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool write_bytes(part_writer *part, const char *bytes, size_t size)
{
    sha256_add(&part->hash, bytes, size);
    return output_write(&part->file, bytes, size);
}

static bool write_line(part_writer *part, json_t *line)
{
    char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    bool sound = text ? write_bytes(part, text, strlen(text)) && write_bytes(part, "\n", 1)
                      : complain("out of memory for a part");
    free(text);
    json_decref(line);
    return sound;
}

bool part_write_begin(part_writer *part, const char *path, int shard, int shards, json_t *run)
{
    *part = (part_writer){0};
    sha256_begin(&part->hash);
    part->open = output_create(path, &part->file);
    return part->open && write_line(part, json_pack("{s:i, s:i, s:O}", "shard", shard, "shards",
                                                    shards, "run", run));
}

bool part_write_record(part_writer *part, const void *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    char text[8192];
    bool sound = write_bytes(part, "\"", 1);
    while (size && !from[size - 1])
        size--;
    for (size_t done = 0; done < size && sound;) {
        size_t length = 0;
        for (; done < size && length < sizeof text; done++) {
            text[length++] = digits[from[done] >> 4];
            text[length++] = digits[from[done] & 15];
        }
        sound = write_bytes(part, text, length);
    }
    part->records++;
    return sound && write_bytes(part, "\"\n", 2);
}

bool part_write_end(part_writer *part)
{
    char digest[65];
    sha256 all = part->hash;
    sha256_end(&all, digest);
    if (!write_line(
            part, json_pack("{s:I, s:s}", "records", (json_int_t)part->records, "sha256", digest)))
        return false;
    part->open = false;
    return output_commit(&part->file);
}

void part_write_abandon(part_writer *part)
{
    if (part->open)
        output_abandon(&part->file);
    part->open = false;
}
