/* SPDX-License-Identifier: MIT */
#include "arguments/network.h"

#include "arguments/function_options.h"
#include "arguments/suggestion.h"
#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    const char *blocks;
    int growth, stem_channels, stem_kernel, bottleneck, channels, classes;
    double compression;
} chosen = {.bottleneck = -1};

const option_row arch_shape_options[] = {
    {"blocks", 0, OPTION_TEXT, &chosen.blocks, "N,N,...", "layers of each dense block", 0, 0},
    {"growth", 0, OPTION_INT, &chosen.growth, "K", "growth rate: maps a layer adds", 1, 4096},
    {"stem-channels", 0, OPTION_INT, &chosen.stem_channels, "N", "maps of the stem (2 K)", 1, 4096},
    {"bottleneck", 0, OPTION_INT, &chosen.bottleneck, "N",
     "1x1 convolutions have N K outputs (4); 0: none", 0, 64},
    {"compression", 0, OPTION_FLOAT, &chosen.compression, "X",
     "share of maps a transition keeps (0.5)", 1e-6, 1},
    {"stem-kernel", 0, OPTION_INT, &chosen.stem_kernel, "N",
     "side of the stem's first convolution, odd", 1, 15},
    {"channels", 0, OPTION_INT, &chosen.channels, "N", "channels of the input picture (3)", 1,
     1024},
    {"classes", 0, OPTION_INT, &chosen.classes, "N", "outputs of the classifier", 1, 1000000},
    {0},
};

const option_row arch_options[] = {
    {"", 0, OPTION_TABLE, arch_shape_options, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, function_options, NULL, NULL, 0, 0},
    {0},
};

static bool parse_blocks(const char *text, dn_arch *arch)
{
    arch->block_count = 0;
    for (const char *at = text;; at++) {
        char *end;
        long layers = strtol(at, &end, 10);
        if (end == at || (*end && *end != ',') || layers < 1 || layers > 1000)
            return complain("--blocks: \"%s\" is not a list of layer counts such as 6,12,24,16",
                            text);
        if (arch->block_count == DN_MAX_BLOCKS)
            return complain("--blocks: at most %d blocks are supported", DN_MAX_BLOCKS);
        arch->blocks[arch->block_count++] = (int)layers;
        at = end;
        if (!*at)
            return true;
    }
}

static dn_stem stem_kind(const char *name)
{
    int stem = DN_STEM_IMAGENET;
    while (strcmp(name, dn_stem_name((dn_stem)stem)) != 0) /* the options allow no other */
        stem++;
    return (dn_stem)stem;
}

/* densenet-L-K or densenet-bc-L-K, of any depth. */
static bool ruled_name(const char *name)
{
    int growth;
    return sscanf(name, "densenet-%*5d-%5d", &growth) == 1 ||
           sscanf(name, "densenet-bc-%*5d-%5d", &growth) == 1;
}

/* Complains about a name that is not a network, and suggests one. */
static bool refuse_name(const char *name)
{
    char fault[512], ruled[DN_NAME_SIZE] = "densenet";
    suggestion near = {.word = name, .length = strlen(name)};
    const char *known, *dash = strchr(name, '-');
    dn_arch arch;
    snprintf(fault, sizeof fault, "%s", dn_last_error());
    if (ruled_name(name))
        return complain("%s", fault);
    for (int i = 0; (known = dn_arch_name(i)); i++)
        suggest(&near, known);
    if (dash && snprintf(ruled, sizeof ruled, "densenet%s", dash) < DN_NAME_SIZE &&
        dn_arch_find(ruled, &arch) == DN_OK)
        suggest(&near, ruled);
    return near.best ? complain("unknown architecture \"%s\"; did you mean %s?", name, near.best)
                     : complain("%s", fault);
}

/* --blocks alone describes a network: everything else is as in DenseNet-121. */
static bool start_from(const char *name, dn_arch *arch)
{
    if (!name && !chosen.blocks)
        return complain("which network? Name one (densenet121, densenet-bc-100-12) or give "
                        "--blocks");
    return dn_arch_find(name ? name : "densenet121", arch) == DN_OK || refuse_name(name);
}

static void rename_if_changed(const dn_arch *named, dn_arch *arch)
{
    dn_arch other = *arch;
    other.classes = named->classes;
    other.channels = named->channels;
    if (memcmp(&other, named, sizeof other) != 0)
        snprintf(arch->name, sizeof arch->name, "densenet");
}

bool arch_apply_options(dn_arch *arch)
{
    dn_arch before = *arch;
    if (chosen.blocks) {
        memset(arch->blocks, 0, sizeof arch->blocks);
        if (!parse_blocks(chosen.blocks, arch))
            return false;
    }
    if (chosen.growth) {
        arch->growth = chosen.growth;
        arch->stem_channels = 2 * chosen.growth;
    }
    if (chosen.stem_channels)
        arch->stem_channels = chosen.stem_channels;
    if (chosen.bottleneck >= 0)
        arch->bottleneck = chosen.bottleneck;
    if (chosen.compression > 0)
        arch->compression = chosen.compression;
    if (function_stem())
        arch->stem = stem_kind(function_stem());
    if (chosen.stem_kernel)
        arch->stem_kernel = chosen.stem_kernel;
    function_apply(arch);
    if (chosen.channels)
        arch->channels = chosen.channels;
    if (chosen.classes)
        arch->classes = chosen.classes;
    if (chosen.growth || function_stem())
        arch->stem_hidden[0] = arch->stem_hidden[1] = arch->growth;
    rename_if_changed(&before, arch);
    return ok_or_complain(dn_arch_check(arch));
}

bool arch_described(void)
{
    return chosen.blocks != NULL;
}

int arch_classes_given(void)
{
    return chosen.classes;
}

int arch_channels_given(void)
{
    return chosen.channels;
}

static bool has_blocks(const dn_arch *arch, const char *file)
{
    dn_arch asked = {0};
    if (!parse_blocks(chosen.blocks, &asked))
        return false;
    return (asked.block_count == arch->block_count &&
            memcmp(asked.blocks, arch->blocks, sizeof asked.blocks) == 0) ||
           complain("--blocks %s: the network of %s has other blocks", chosen.blocks, file);
}

static bool has_numbers(const dn_arch *arch, const char *file)
{
    const struct {
        const char *option;
        const int *asked;
        int had;
    } numbers[] = {{"growth", &chosen.growth, arch->growth},
                   {"stem-channels", &chosen.stem_channels, arch->stem_channels},
                   {"bottleneck", &chosen.bottleneck, arch->bottleneck}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (option_given(numbers[i].asked) && *numbers[i].asked != numbers[i].had)
            return complain("--%s %d: the network of %s has %d", numbers[i].option,
                            *numbers[i].asked, file, numbers[i].had);
    return !option_given(&chosen.compression) || chosen.compression == arch->compression ||
           complain("--compression %g: the network of %s has %g", chosen.compression, file,
                    arch->compression);
}

bool arch_is_as_asked(const dn_arch *arch, const char *name, const char *file)
{
    dn_arch named;
    if (name && dn_arch_find(name, &named) != DN_OK)
        return refuse_name(name);
    if (name && strcmp(name, arch->name) != 0)
        return complain("--arch %s: the network of %s is %s", name, file,
                        strcmp(arch->name, "densenet") == 0 ? "another" : arch->name);
    return (!chosen.blocks || has_blocks(arch, file)) && has_numbers(arch, file);
}

bool arch_from_options(const char *name, dn_arch *arch)
{
    return start_from(name, arch) && arch_apply_options(arch);
}
