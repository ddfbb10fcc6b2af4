/* SPDX-License-Identifier: MIT */
#include "run/parts.h"

#include "run/part_read.h"
#include "run/part_write.h"
#include "run/run_difference.h"
#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct {
    const char *shard, *part;
} chosen;

const option_row shard_options[] = {
    {"shard", 0, OPTION_TEXT, &chosen.shard, "I/N",
     "do the I-th of N shares, from 1, and write what comes of it to --part; densenet merge joins "
     "the parts",
     0, 0},
    {"part", 0, OPTION_FILE, &chosen.part, "FILE", "the part of --shard: .jsonl", 0, 0},
    {0},
};

static const char words_key[] = "the command line";

/* A part is of a command that reads, whoever wrote the part. */
static const char *word_that_writes(const json_t *words)
{
    static const char *const options[] = {"--cam", "--confusion", "--per-class"};
    size_t index;
    const json_t *item;
    json_array_foreach(words, index, item)
    {
        const char *word = json_string_value(item);
        for (size_t i = 0; word && i < sizeof options / sizeof *options; i++) {
            size_t length = strlen(options[i]);
            if (strncmp(word, options[i], length) == 0 && (!word[length] || word[length] == '='))
                return options[i];
        }
    }
    return NULL;
}

static dn_status add_nothing(void *context, double *values, size_t count)
{
    (void)context, (void)values, (void)count;
    return DN_OK;
}

/* ---- a shard ---- */

static part_writer writer;

/* The others are not there: of them there is nothing. */
static dn_status note(void *context, const void *own, size_t bytes, void *all)
{
    const dn_machines *machines = context;
    memset(all, 0, (size_t)machines->count * bytes);
    memcpy((char *)all + (size_t)machines->rank * bytes, own, bytes);
    return part_write_record(&writer, own, bytes) ? DN_OK : DN_ERROR_IO;
}

static dn_machines shard = {
    .struct_size = sizeof shard, .context = &shard, .sum = add_nothing, .gather = note};

bool parts_shard_asked(void)
{
    return chosen.shard || chosen.part;
}

static bool read_shard(void)
{
    int index, count, end = -1;
    if (sscanf(chosen.shard, "%7d/%7d%n", &index, &count, &end) != 2 || chosen.shard[end] ||
        count < 1 || index < 1 || index > count || count > MOST_SHARDS)
        return complain("--shard %s: I/N is expected, from 1/N to N/N (sbatch --array=1-N), N at "
                        "most %d",
                        chosen.shard, MOST_SHARDS);
    shard.rank = index - 1;
    shard.count = count;
    return true;
}

const dn_machines *parts_shard_machines(const json_t *words)
{
    const char *writes = word_that_writes(words);
    const char *ending = chosen.part ? dn_file_ending(chosen.part) : NULL;
    if (!chosen.shard || !chosen.part)
        complain("--shard I/N and --part FILE go together; --%s is missing",
                 chosen.shard ? "part" : "shard");
    else if (writes)
        complain("%s: is of all pictures, and no shard has them%s", writes,
                 strcmp(writes, "--cam") == 0 ? "" : "; it is given to densenet merge");
    else if (!ending || strcasecmp(ending, ".jsonl") != 0)
        complain("%s: a part is lines of JSON; its name must end in .jsonl", chosen.part);
    else if (read_shard() && output_is_writable(chosen.part))
        return &shard;
    return NULL;
}

bool parts_shard_begin(json_t *run)
{
    return part_write_begin(&writer, chosen.part, shard.rank + 1, shard.count, run);
}

int parts_shard_end(bool sound)
{
    if (sound && part_write_end(&writer))
        return EXIT_DONE;
    part_write_abandon(&writer);
    return EXIT_REFUSED;
}

/* ---- all of them ---- */

static struct {
    part_file *files; /* by shard */
    int count;
} parts;

static dn_status tell_all(void *context, const void *own, size_t bytes, void *all)
{
    (void)context, (void)own;
    for (int i = 0; i < parts.count; i++)
        DN_TRY(part_read_record(&parts.files[i], (unsigned char *)all + (size_t)i * bytes, bytes));
    return DN_OK;
}

static dn_machines merging = {
    .struct_size = sizeof merging, .sum = add_nothing, .gather = tell_all};

const dn_machines *parts_machines(void)
{
    return parts.count ? &merging : NULL;
}

json_t *parts_words(void)
{
    return json_object_get(parts.files[0].run, words_key);
}

bool parts_are_of(const json_t *run)
{
    return run_is_same(run, parts.files[0].run, parts.files[0].path);
}

static bool words_are_sound(void)
{
    const json_t *words = parts_words();
    bool sound = json_array_size(words) > 0;
    for (size_t i = 0; i < json_array_size(words); i++)
        sound = sound && json_is_string(json_array_get(words, i));
    const char *name = sound ? json_string_value(json_array_get(words, 0)) : "";
    if (strcmp(name, "eval") != 0 && strcmp(name, "predict") != 0)
        return complain("%s: is not of `densenet eval` or `predict`", parts.files[0].path);
    const char *writes = word_that_writes(words);
    return !writes || complain("%s: its command line has %s, which writes files; parts have no "
                               "such options",
                               parts.files[0].path, writes);
}

static bool join_run(const part_file *first, const part_file *next)
{
    if (next->shards != first->shards)
        return complain("%s is one of %d parts, %s one of %d", first->path, first->shards,
                        next->path, next->shards);
    if (!run_is_same(first->run, next->run, next->path))
        return complain("%s and %s are parts of two runs", first->path, next->path);
    return next->records == first->records ||
           complain("%s: holds %lld records, %s %lld", next->path, (long long)next->records,
                    first->path, (long long)first->records);
}

static int by_shard(const void *a, const void *b)
{
    const part_file *x = a, *y = b;
    return (x->shard > y->shard) - (x->shard < y->shard);
}

static bool are_all_there(void)
{
    const part_file *files = parts.files;
    qsort(parts.files, (size_t)parts.count, sizeof *parts.files, by_shard);
    for (int i = 1; i < parts.count; i++)
        if (files[i].shard == files[i - 1].shard)
            return complain("%s and %s are both part %d of %d", files[i - 1].path, files[i].path,
                            files[i].shard, files[i].shards);
    for (int i = 0; i < parts.count; i++)
        if (files[i].shard != i + 1)
            return complain("part %d of %d is missing", i + 1, files[i].shards);
    return parts.count == files[0].shards ||
           complain("part %d of %d is missing", parts.count + 1, files[0].shards);
}

bool parts_open(int count, char *const *paths)
{
    parts.files = calloc((size_t)count, sizeof *parts.files);
    bool sound = parts.files || complain("out of memory for %d parts", count);
    for (int i = 0; i < count && sound; i++) {
        parts.count++;
        sound = part_open(paths[i], &parts.files[i]) && join_run(&parts.files[0], &parts.files[i]);
    }
    merging.rank = merging.count = count;
    return sound && are_all_there() && words_are_sound();
}

void parts_close(void)
{
    for (int i = 0; i < parts.count; i++)
        part_close(&parts.files[i]);
    free(parts.files);
    parts.files = NULL;
    parts.count = 0;
}
