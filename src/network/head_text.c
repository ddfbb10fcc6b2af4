/* SPDX-License-Identifier: MIT */
/* What others ask of a head: its text, and whether a class's map is exact. */
#include "network/head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool dn_arch_cam_is_exact(const dn_arch *arch)
{
    dn_head_part parts[DN_MAX_HEAD_PARTS];
    if (dn_arch_check(arch) != DN_OK)
        return false;
    int count = dn_head_parts(arch, parts);
    for (int i = 0; i < count; i++)
        if (parts[i].kind == DN_HEAD_RELU)
            return false;
    return count > 0 && (arch->head.pool == DN_POOL_MEAN || arch->head.pool == DN_POOL_GRID);
}

static const char *const kinds[] = {
    [DN_HEAD_LINEAR] = "linear",   [DN_HEAD_LINEAR_NO_BIAS] = "linear-no-bias",
    [DN_HEAD_NORM] = "norm",       [DN_HEAD_RELU] = "relu",
    [DN_HEAD_DROPOUT] = "dropout",
};
#define KIND_COUNT ((int)(sizeof kinds / sizeof *kinds))

static const char *const pools[] = {
    [DN_POOL_MEAN] = "mean", [DN_POOL_MAX_MEAN] = "max+mean", [DN_POOL_GRID] = "grid",
    [DN_POOL_MAX] = "max",   [DN_POOL_AVGMAX] = "avgmax",     [DN_POOL_MEAN_MAX] = "mean+max"};
#define POOL_COUNT ((int)(sizeof pools / sizeof *pools))

static const char window_word[] = "window";

/* Adds a word, and its number if it has one. */
static void add_word(char *text, size_t size, const char *word, int number)
{
    size_t length = strlen(text);
    const char *comma = length ? "," : "";
    if (number)
        snprintf(text + length, size - length, "%s%s=%d", comma, word, number);
    else
        snprintf(text + length, size - length, "%s%s", comma, word);
}

void dn_arch_head_text(const dn_arch *arch, char *text, size_t size)
{
    if (!text || size == 0)
        return;
    dn_head_part parts[DN_MAX_HEAD_PARTS];
    if (size == 0)
        return;
    text[0] = '\0';
    if (dn_arch_check(arch) != DN_OK)
        return;
    int count = dn_head_parts(arch, parts);
    add_word(text, size, count ? pools[arch->head.pool] : "none", arch->head.grid);
    size_t length = strlen(text);
    if (count && arch->head.grid_width)
        snprintf(text + length, size - length, "x%d", arch->head.grid_width);
    if (count && arch->head.window)
        add_word(text, size, window_word, arch->head.window);
    for (int i = 0; i < count; i++)
        add_word(text, size, kinds[parts[i].kind], parts[i].outputs);
}

/* A number of 1 to a million, which ends at `end`. */
static bool read_number(const char *text, const char *end, int *number)
{
    char *after;
    long value = strtol(text, &after, 10);
    *number = (int)value;
    return after == end && value >= 1 && value <= 1000000;
}

/* Takes "word", "word=number" or, if there may be a second number, "word=numberxnumber" off
 * the beginning of *text. */
static bool take_word(const char **text, char word[32], int *number, int *second)
{
    size_t length = strcspn(*text, ",="), whole = strcspn(*text, ",");
    if (length == 0 || length >= 32)
        return false;
    memcpy(word, *text, length);
    word[length] = '\0';
    *number = 0;
    if (length < whole) {
        const char *value = *text + length + 1, *end = *text + whole;
        const char *by = second ? memchr(value, 'x', (size_t)(end - value)) : NULL;
        if (!read_number(value, by ? by : end, number) || (by && !read_number(by + 1, end, second)))
            return false;
    }
    *text += whole + ((*text)[whole] == ',');
    return true;
}

static int find_word(const char *const *words, int count, const char *word)
{
    int i = 0;
    while (i < count && strcmp(words[i], word) != 0)
        i++;
    return i;
}

dn_status dn_head_pool_parse(const char *name, dn_head_pool *pool)
{
    int found = find_word(pools, POOL_COUNT, name);
    if (found == POOL_COUNT || found == DN_POOL_GRID)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "a head's pool is mean, max, avgmax, max+mean or mean+max, not \"%.40s\"",
                       name);
    *pool = (dn_head_pool)found;
    return DN_OK;
}

static bool parse_pool(const char **text, dn_head *head, bool *none)
{
    char word[32];
    if (!take_word(text, word, &head->grid, &head->grid_width))
        return false;
    *none = strcmp(word, "none") == 0;
    int pool = find_word(pools, POOL_COUNT, word);
    if (pool < POOL_COUNT)
        head->pool = (dn_head_pool)pool;
    if (strncmp(*text, window_word, sizeof window_word - 1) == 0 &&
        !take_word(text, word, &head->window, NULL))
        return false;
    return *none || pool < POOL_COUNT;
}

bool dn_head_parse(const char *text, dn_head *head, int *classes)
{
    dn_head made = {0};
    bool none;
    int outputs = 0;
    if (!parse_pool(&text, &made, &none))
        return false;
    while (*text && !none) {
        char word[32];
        dn_head_part *part = &made.parts[made.part_count];
        if (made.part_count == DN_MAX_HEAD_PARTS || !take_word(&text, word, &part->outputs, NULL))
            return false;
        int kind = find_word(kinds, KIND_COUNT, word);
        if (kind == KIND_COUNT)
            return false;
        part->kind = (dn_head_kind)kind;
        outputs = dn_is_linear(part) ? part->outputs : outputs;
        made.part_count++;
    }
    if (made.part_count == 1 && made.parts[0].kind == DN_HEAD_LINEAR) {
        made.part_count = 0;
        made.parts[0] = (dn_head_part){0};
    }
    *head = made;
    *classes = outputs;
    return none || outputs > 0;
}
