/* SPDX-License-Identifier: MIT */
#include "arguments/feature_names.h"

#include <stdio.h>
#include <string.h>

typedef enum point { STEM, LAYER, BOTTLENECK, BLOCK, TRANSITION, FINAL, POOL, LOGITS } point;

/* %d in a pattern: the block, then the layer, counted from `base`. */
static const struct {
    const char *pattern;
    point point;
    int base;
    bool newest_first, before_relu;
} patterns[] = {
    {"stem", STEM, 1, 0, 0},
    {"block%d.layer%d", LAYER, 1, 0, 0},
    {"block%d.layer%d.bottleneck", BOTTLENECK, 1, 0, 0},
    {"block%d", BLOCK, 1, 0, 0},
    {"transition%d", TRANSITION, 1, 0, 0},
    {"final", FINAL, 1, 0, 0},
    {"pool", POOL, 1, 0, 0},
    {"logits", LOGITS, 1, 0, 0},
    {"features.pool0", STEM, 1, 0, 0},
    {"features.denseblock%d.denselayer%d", LAYER, 1, 0, 0},
    {"features.denseblock%d.denselayer%d.relu2", BOTTLENECK, 1, 0, 0},
    {"features.denseblock%d", BLOCK, 1, 0, 0},
    {"features.transition%d", TRANSITION, 1, 0, 0},
    {"features.norm5", FINAL, 1, 0, 1},
    {"classifier", LOGITS, 1, 0, 0},
    {"maxpool", STEM, 0, 0, 0},
    {"dense_blocks.%d.%d", LAYER, 0, 0, 0},
    {"dense_blocks.%d.%d.residual.4", BOTTLENECK, 0, 0, 0},
    {"dense_blocks.%d", TRANSITION, 0, 0, 0},
    {"avgpool", POOL, 0, 1, 0},
    {"fc", LOGITS, 0, 0, 0},
};

/* Reads up to two numbers where the pattern has %d; true where all of name is used. */
static bool matches(const char *pattern, const char *name, int numbers[2])
{
    int found = 0;
    while (*pattern) {
        if (pattern[0] == '%' && pattern[1] == 'd') {
            int used = 0;
            if (*name < '0' || *name > '9' || sscanf(name, "%6d%n", &numbers[found++], &used) != 1)
                return false;
            name += used;
            pattern += 2;
        } else if (*pattern++ != *name++) {
            return false;
        }
    }
    return !*name;
}

/* The reference model's blocks contain their transition, or the last one its
 * norm and ReLU, as further layers. */
static point after_layers(const dn_arch *arch, int block, int layer, feature_match *match)
{
    if (block + 1 < arch->block_count)
        return TRANSITION;
    match->newest_first = true;
    match->before_relu = layer == arch->blocks[block];
    return FINAL;
}

static bool name_point(const dn_arch *arch, point what, int block, int layer, char *name)
{
    static const char *const plain[] = {
        [STEM] = "stem", [FINAL] = "final", [POOL] = "pool", [LOGITS] = "logits"};
    bool numbered = what == LAYER || what == BOTTLENECK || what == BLOCK || what == TRANSITION;
    if (numbered && (block < 0 || block >= arch->block_count))
        return false;
    if ((what == LAYER || what == BOTTLENECK) && (layer < 0 || layer >= arch->blocks[block]))
        return false;
    if (what == TRANSITION && block + 1 == arch->block_count)
        return false;
    if (what == LAYER || what == BOTTLENECK)
        snprintf(name, DN_NAME_SIZE, "block%d.layer%d%s", block + 1, layer + 1,
                 what == LAYER ? "" : ".bottleneck");
    else if (numbered)
        snprintf(name, DN_NAME_SIZE, "%s%d", what == BLOCK ? "block" : "transition", block + 1);
    else
        snprintf(name, DN_NAME_SIZE, "%s", plain[what]);
    return true;
}

bool feature_match_name(const dn_arch *arch, const char *name, feature_match *match)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        int numbers[2] = {0};
        if (!matches(patterns[i].pattern, name, numbers))
            continue;
        point what = patterns[i].point;
        int block = numbers[0] - patterns[i].base, layer = numbers[1] - patterns[i].base;
        *match = (feature_match){.newest_first = patterns[i].newest_first,
                                 .before_relu = patterns[i].before_relu};
        if (block >= 0 && block < arch->block_count && patterns[i].base == 0) {
            if (what == LAYER && layer >= arch->blocks[block])
                what = after_layers(arch, block, layer, match);
            else if (what == TRANSITION && block + 1 == arch->block_count)
                what = after_layers(arch, block, -1, match);
        }
        match->hands_on = what == LAYER;
        return name_point(arch, what, block, layer, match->name);
    }
    return false;
}

int feature_newest_first(const dn_arch *arch, int channels, int c)
{
    int growth = arch->growth, grown = arch->blocks[arch->block_count - 1] * growth;
    int input = channels - grown; /* channels that entered the last block */
    if (c < input)
        return grown + c;
    int layer = (c - input) / growth;
    return grown - (layer + 1) * growth + (c - input) % growth;
}
