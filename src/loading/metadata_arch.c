/* SPDX-License-Identifier: MIT */
/* The recorded architecture: believed as a whole if it is valid and describes
 * the tensors that are there, otherwise not at all. */
#include "base/locale.h"
#include "loading/metadata.h"
#include "network/head.h"
#include "network/stems.h"
#include "network/widths.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *dn_metadata_text(const dn_tensor_file *file, const char *key)
{
    const dn_value *value = dn_tensor_file_value(file, key);
    return value && value->texts ? value->texts[0] : NULL;
}

bool dn_metadata_exists(const dn_tensor_file *file)
{
    return dn_metadata_text(file, "densenet.arch") != NULL;
}

bool dn_metadata_doubt(dn_metadata_doubts *doubts, const dn_tensor_file *file, const char *key,
                       const char *reason)
{
    const char *value = dn_metadata_text(file, key);
    char *text = doubts->text + strlen(doubts->text);
    size_t room = sizeof doubts->text - strlen(doubts->text);
    const char *between = doubts->text[0] ? "; " : "";
    if (value)
        snprintf(text, room, "%s%s is \"%.60s\" in its metadata, %s", between, key, value, reason);
    else
        snprintf(text, room, "%s%s is missing from its metadata", between, key);
    return false;
}

static bool parse_int(const char *text, int *number)
{
    char *end = NULL;
    long value = text ? strtol(text, &end, 10) : 0;
    *number = (int)value;
    return text && end != text && !*end && value >= 0 && value <= 1000000;
}

bool dn_metadata_real(const char *text, double *number)
{
    char *end = NULL;
    locale_t callers = dn_use_decimal_points();
    *number = text ? strtod(text, &end) : 0;
    uselocale(callers);
    return text && end != text && !*end;
}

/* "6,12,24,16"; returns how many; 0 if the text is not such a list. */
static int parse_list(const char *text, int *list, int most)
{
    int count = 0;
    for (const char *at = text; at && count < most; count++) {
        char *end;
        long value = strtol(at, &end, 10);
        if (end == at || (*end && *end != ',') || value < 0 || value > 1000000)
            return 0;
        list[count] = (int)value;
        at = *end ? end + 1 : NULL;
    }
    return count;
}

static int *number_of(dn_arch *arch, size_t i)
{
    return (int *)(void *)((char *)arch + dn_metadata_numbers[i].offset);
}

static bool parse_stem(const char *text, dn_stem *stem)
{
    const char *name;
    for (int s = 0; text && (name = dn_stem_name((dn_stem)s)); s++)
        if (strcmp(name, text) == 0) {
            *stem = (dn_stem)s;
            return true;
        }
    return false;
}

/* One of the words, which stand for 0, 1, ...; the first if there is no entry. */
static bool parse_word(const dn_tensor_file *file, const char *key, const char *const words[],
                       int *number, dn_metadata_doubts *doubts)
{
    const char *text = dn_metadata_text(file, key);
    *number = 0;
    while (text && words[*number] && strcmp(words[*number], text) != 0)
        ++*number;
    return words[*number] || dn_metadata_doubt(doubts, file, key, "not such a word");
}

/* What only networks that are not usual have entries for. */
static bool parse_function(const dn_tensor_file *file, dn_arch *arch, dn_metadata_doubts *doubts)
{
    static const char *const pools[] = {"usual", "max", "none", "blur", NULL};
    static const char *const relus[] = {"yes", "no", NULL};
    const struct {
        const char *key;
        int *number;
    } sizes[] = {{"densenet.stem_kernel", &arch->stem_kernel},
                 {"densenet.stem_stride", &arch->stem_stride}};
    for (int i = 0; i < 2; i++) {
        const char *text = dn_metadata_text(file, sizes[i].key);
        if (text && !parse_int(text, sizes[i].number))
            return dn_metadata_doubt(doubts, file, sizes[i].key, "not such a number");
    }
    int pool, transition, final;
    if (!parse_word(file, "densenet.stem_pool", pools, &pool, doubts) ||
        !parse_word(file, "densenet.transition_relu", relus, &transition, doubts) ||
        !parse_word(file, "densenet.final_relu", relus, &final, doubts))
        return false;
    arch->stem_pool = (dn_stem_pool)pool;
    arch->linear_transitions = transition;
    arch->linear_final = final;
    return true;
}

static bool parse_arch(const dn_tensor_file *file, dn_arch *arch, dn_metadata_doubts *doubts)
{
    for (size_t i = 0; i < DN_METADATA_NUMBERS; i++) {
        const char *key = dn_metadata_numbers[i].key;
        if (!parse_int(dn_metadata_text(file, key), number_of(arch, i)))
            return dn_metadata_doubt(doubts, file, key, "not such a number");
    }
    const struct {
        const char *key;
        double *number;
    } reals[] = {{"densenet.compression", &arch->compression},
                 {"densenet.bn_epsilon", &arch->bn_epsilon}};
    for (int i = 0; i < 2; i++)
        if (!dn_metadata_real(dn_metadata_text(file, reals[i].key), reals[i].number))
            return dn_metadata_doubt(doubts, file, reals[i].key, "no number");
    if (!parse_stem(dn_metadata_text(file, "densenet.stem"), &arch->stem))
        return dn_metadata_doubt(doubts, file, "densenet.stem", "not a kind of stem");
    const char *head = dn_metadata_text(file, "densenet.head");
    int classes = arch->classes;
    if (head && !(dn_head_parse(head, &arch->head, &classes) && classes == arch->classes))
        return dn_metadata_doubt(doubts, file, "densenet.head", "not a head of these classes");
    arch->block_count =
        parse_list(dn_metadata_text(file, "densenet.blocks"), arch->blocks, DN_MAX_BLOCKS);
    if (!arch->block_count)
        return dn_metadata_doubt(doubts, file, "densenet.blocks", "not a list of layer counts");
    parse_list(dn_metadata_text(file, "densenet.stem_hidden"), arch->stem_hidden, 2);
    if (!parse_function(file, arch, doubts))
        return false;
    if (dn_arch_check(arch) != DN_OK) {
        snprintf(doubts->text, sizeof doubts->text,
                 "its metadata does not describe a network (%.200s)", dn_last_error());
        return false;
    }
    return true;
}

/* The key of an entry that the tensors contradict; NULL if there is none. */
static const char *find_contradiction(dn_arch *recorded, dn_arch *shown)
{
    dn_stem_row stem = dn_arch_stem(recorded), seen = dn_arch_stem(shown);
    if (stem.convs != seen.convs || stem.norm != seen.norm)
        return "densenet.stem";
    if (stem.kernel != seen.kernel)
        return recorded->stem == shown->stem ? "densenet.stem_kernel" : "densenet.stem";
    for (size_t i = 0; i < DN_METADATA_NUMBERS; i++)
        if (*number_of(recorded, i) != *number_of(shown, i))
            return dn_metadata_numbers[i].key;
    if (recorded->block_count != shown->block_count ||
        memcmp(recorded->blocks, shown->blocks, sizeof shown->blocks) != 0)
        return "densenet.blocks";
    for (int block = 0; block < shown->block_count; block++)
        if (dn_block_in(recorded, block) != dn_block_in(shown, block))
            return "densenet.compression";
    if (!dn_heads_hold_the_same(recorded, shown))
        return "densenet.head";
    bool hidden = dn_stem_row_of(shown->stem)->convs > 1;
    if (hidden && memcmp(recorded->stem_hidden, shown->stem_hidden, sizeof shown->stem_hidden) != 0)
        return "densenet.stem_hidden";
    return NULL;
}

/* A name is a claim too, about everything but channels and classes. */
static bool fits_name(const char *name, const dn_arch *arch)
{
    dn_arch named;
    if (strcmp(name, "densenet") == 0)
        return true;
    if (dn_arch_find(name, &named) != DN_OK)
        return false;
    bool same = named.block_count == arch->block_count && named.growth == arch->growth &&
                named.bottleneck == arch->bottleneck && named.stem_channels == arch->stem_channels;
    return same && memcmp(named.blocks, arch->blocks, sizeof named.blocks) == 0;
}

bool dn_metadata_arch(const dn_tensor_file *file, dn_arch *arch, dn_metadata_doubts *doubts)
{
    dn_arch recorded = {0};
    const char *name = dn_metadata_text(file, "densenet.arch");
    if (!name || !parse_arch(file, &recorded, doubts))
        return false;
    const char *contradicted = find_contradiction(&recorded, arch);
    if (contradicted)
        return dn_metadata_doubt(doubts, file, contradicted, "which its tensors contradict");
    bool named = fits_name(name, arch) || dn_metadata_doubt(doubts, file, "densenet.arch",
                                                            "which is not what this network is");
    snprintf(recorded.name, sizeof recorded.name, "%s", named ? name : arch->name);
    *arch = recorded;
    return true;
}
