/* SPDX-License-Identifier: MIT */
#include "network/head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GRID 64

int dn_head_parts(const dn_arch *arch, dn_head_part parts[DN_MAX_HEAD_PARTS])
{
    const dn_head *head = &arch->head;
    if (arch->classes == 0)
        return 0;
    if (head->part_count == 0) {
        parts[0] = (dn_head_part){DN_HEAD_LINEAR, arch->classes};
        return 1;
    }
    memcpy(parts, head->parts, (size_t)head->part_count * sizeof *parts);
    return head->part_count;
}

bool dn_head_is_single(const dn_arch *arch)
{
    return arch->head.part_count <= 1;
}

bool dn_head_is_usual(const dn_arch *arch)
{
    const dn_head usual = {0};
    return arch->classes > 0 && memcmp(&arch->head, &usual, sizeof usual) == 0;
}

static int list_holding(const dn_arch *arch, dn_head_part holding[DN_MAX_HEAD_PARTS])
{
    dn_head_part parts[DN_MAX_HEAD_PARTS];
    int count = dn_head_parts(arch, parts), kept = 0;
    for (int i = 0; i < count; i++)
        if (dn_is_linear(&parts[i]) || parts[i].kind == DN_HEAD_NORM)
            holding[kept++] = parts[i];
    return kept;
}

bool dn_heads_hold_the_same(const dn_arch *a, const dn_arch *b)
{
    dn_head_part first[DN_MAX_HEAD_PARTS], second[DN_MAX_HEAD_PARTS];
    int count = list_holding(a, first);
    return count == list_holding(b, second) &&
           dn_head_width(&a->head, 1) == dn_head_width(&b->head, 1) &&
           memcmp(first, second, (size_t)count * sizeof *first) == 0;
}

int dn_head_width(const dn_head *head, int channels)
{
    return head->pool == DN_POOL_MAX_MEAN ? 2 * channels
           : head->pool == DN_POOL_GRID   ? channels * head->grid * head->grid
                                          : channels;
}

bool dn_head_reads_pool(const dn_arch *arch, int part)
{
    for (int i = 0; i < part && i < arch->head.part_count; i++)
        if (dn_is_linear(&arch->head.parts[i]))
            return false;
    return true;
}

bool dn_arch_cam_is_exact(const dn_arch *arch)
{
    dn_head_part parts[DN_MAX_HEAD_PARTS];
    if (dn_arch_check(arch) != DN_OK)
        return false;
    int count = dn_head_parts(arch, parts);
    for (int i = 0; i < count; i++)
        if (parts[i].kind == DN_HEAD_RELU)
            return false;
    return count > 0 && arch->head.pool != DN_POOL_MAX_MEAN;
}

static dn_status check_parts(const dn_arch *arch)
{
    const dn_head *head = &arch->head;
    int made = 0;
    for (int i = 0; i < head->part_count; i++) {
        const dn_head_part *part = &head->parts[i];
        bool linear = dn_is_linear(part);
        if (part->kind > DN_HEAD_DROPOUT || (linear && part->outputs < 1) ||
            (!linear && part->outputs != 0) || part->outputs > 1000000)
            return dn_fail(DN_ERROR_ARGUMENT, "architecture: part %d of the head is none", i + 1);
        made = linear ? part->outputs : made;
    }
    if (head->part_count && made != arch->classes)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "architecture: the head's last linear has %d outputs for %d classes", made,
                       arch->classes);
    return DN_OK;
}

dn_status dn_head_check(const dn_arch *arch)
{
    const dn_head *head = &arch->head;
    bool grid = head->pool == DN_POOL_GRID;
    if (head->pool > DN_POOL_GRID ||
        (grid ? head->grid < 2 || head->grid > MAX_GRID : head->grid != 0))
        return dn_fail(DN_ERROR_ARGUMENT, "architecture: the head's pool is none");
    if (head->part_count < 0 || head->part_count > DN_MAX_HEAD_PARTS)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "architecture: the head has %d parts, 0 to %d are expected",
                       head->part_count, DN_MAX_HEAD_PARTS);
    return check_parts(arch);
}

/* ---- as text ---- */

static const char *const kinds[] = {
    [DN_HEAD_LINEAR] = "linear",   [DN_HEAD_LINEAR_NO_BIAS] = "linear-no-bias",
    [DN_HEAD_NORM] = "norm",       [DN_HEAD_RELU] = "relu",
    [DN_HEAD_DROPOUT] = "dropout",
};
#define KIND_COUNT ((int)(sizeof kinds / sizeof *kinds))

static const char *const pools[] = {
    [DN_POOL_MEAN] = "mean", [DN_POOL_MAX_MEAN] = "max+mean", [DN_POOL_GRID] = "grid"};
#define POOL_COUNT ((int)(sizeof pools / sizeof *pools))

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
    dn_head_part parts[DN_MAX_HEAD_PARTS];
    if (size == 0)
        return;
    text[0] = '\0';
    if (dn_arch_check(arch) != DN_OK)
        return;
    int count = dn_head_parts(arch, parts);
    add_word(text, size, count ? pools[arch->head.pool] : "none", arch->head.grid);
    for (int i = 0; i < count; i++)
        add_word(text, size, kinds[parts[i].kind], parts[i].outputs);
}

/* Takes "word" or "word=number" off the beginning of *text. */
static bool take_word(const char **text, char word[32], int *number)
{
    size_t length = strcspn(*text, ",="), whole = strcspn(*text, ",");
    if (length == 0 || length >= 32)
        return false;
    memcpy(word, *text, length);
    word[length] = '\0';
    *number = 0;
    if (length < whole) {
        char *end;
        long value = strtol(*text + length + 1, &end, 10);
        if (end != *text + whole || value < 1 || value > 1000000)
            return false;
        *number = (int)value;
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

static bool parse_pool(const char **text, dn_head *head, bool *none)
{
    char word[32];
    if (!take_word(text, word, &head->grid))
        return false;
    *none = strcmp(word, "none") == 0;
    int pool = find_word(pools, POOL_COUNT, word);
    if (pool < POOL_COUNT)
        head->pool = (dn_head_pool)pool;
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
        if (made.part_count == DN_MAX_HEAD_PARTS || !take_word(&text, word, &part->outputs))
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
