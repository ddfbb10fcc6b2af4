/* SPDX-License-Identifier: MIT */
/* The family: fixed names in a table, the paper's CIFAR networks by rule. */
#include "base/status.h"
#include "network/head.h"
#include "network/stems.h"
#include "network/widths.h"

#include <stdio.h>
#include <string.h>

#define MAX_LAYERS 1000
#define MAX_CHANNELS 65536
#define MAX_STEM_KERNEL 15
#define MAX_STEM_STRIDE 4

/* Huang et al., 2017, table 1; 161 is the authors' published wide network; the last two are
 * timm's. */
static const struct {
    const char *name;
    int growth, blocks[4];
    dn_stem stem;
    dn_stem_pool pool;
} imagenet_networks[] = {
    {"densenet121", 32, {6, 12, 24, 16}, DN_STEM_IMAGENET, DN_STEM_POOL_USUAL},
    {"densenet169", 32, {6, 12, 32, 32}, DN_STEM_IMAGENET, DN_STEM_POOL_USUAL},
    {"densenet201", 32, {6, 12, 48, 32}, DN_STEM_IMAGENET, DN_STEM_POOL_USUAL},
    {"densenet264", 32, {6, 12, 64, 48}, DN_STEM_IMAGENET, DN_STEM_POOL_USUAL},
    {"densenet161", 48, {6, 12, 36, 24}, DN_STEM_IMAGENET, DN_STEM_POOL_USUAL},
    {"densenetblur121d", 32, {6, 12, 24, 16}, DN_STEM_DEEP, DN_STEM_POOL_BLUR},
    {"densenet264d", 48, {6, 12, 64, 48}, DN_STEM_DEEP, DN_STEM_POOL_USUAL},
};
#define IMAGENET_COUNT ((int)(sizeof imagenet_networks / sizeof *imagenet_networks))

const char *dn_arch_name(int index)
{
    return index >= 0 && index < IMAGENET_COUNT ? imagenet_networks[index].name : NULL;
}

static dn_arch imagenet_arch(int index)
{
    int growth = imagenet_networks[index].growth;
    dn_arch arch = {
        .block_count = 4,
        .growth = growth,
        .stem_channels = 2 * growth,
        .stem_hidden = {growth, growth},
        .bottleneck = 4,
        .compression = 0.5,
        .stem = imagenet_networks[index].stem,
        .stem_pool = imagenet_networks[index].pool,
        .channels = 3,
        .classes = 1000,
        .bn_epsilon = 1e-5,
    };
    memcpy(arch.blocks, imagenet_networks[index].blocks, sizeof imagenet_networks[index].blocks);
    snprintf(arch.name, sizeof arch.name, "%s", imagenet_networks[index].name);
    return arch;
}

/* L counts the stem, two transitions, the classifier, and one or two
 * convolutions per layer. */
static dn_status cifar_arch(const char *name, bool bottleneck, int depth, int growth, dn_arch *out)
{
    int convolutions = bottleneck ? 6 : 3;
    if (depth < 4 + convolutions || (depth - 4) % convolutions != 0)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: a depth of 4 plus a multiple of %d is expected",
                       name, convolutions);
    int layers = (depth - 4) / convolutions;
    dn_arch arch = {
        .block_count = 3,
        .blocks = {layers, layers, layers},
        .growth = growth,
        .stem_channels = bottleneck ? 2 * growth : 16,
        .bottleneck = bottleneck ? 4 : 0,
        .compression = bottleneck ? 0.5 : 1,
        .stem = DN_STEM_CIFAR,
        .channels = 3,
        .classes = 10,
        .bn_epsilon = 1e-5,
    };
    snprintf(arch.name, sizeof arch.name, "densenet-%s%d-%d", bottleneck ? "bc-" : "", depth,
             growth);
    DN_TRY(dn_arch_check(&arch));
    *out = arch;
    return DN_OK;
}

dn_status dn_arch_find(const char *name, dn_arch *arch)
{
    DN_NEED(name);
    DN_NEED(arch);
    for (int i = 0; i < IMAGENET_COUNT; i++)
        if (strcmp(name, imagenet_networks[i].name) == 0) {
            *arch = imagenet_arch(i);
            return DN_OK;
        }
    int depth, growth, end = 0;
    if (sscanf(name, "densenet-bc-%5d-%5d%n", &depth, &growth, &end) == 2 && !name[end])
        return cifar_arch(name, true, depth, growth, arch);
    if (sscanf(name, "densenet-%5d-%5d%n", &depth, &growth, &end) == 2 && !name[end])
        return cifar_arch(name, false, depth, growth, arch);
    return dn_fail(
        DN_ERROR_ARGUMENT,
        "unknown architecture \"%s\": densenet121, 169, 201, 264, 161, densenetblur121d, "
        "densenet264d, densenet-L-K or densenet-bc-L-K is expected",
        name);
}

static dn_status check_range(const char *field, int value, int low, int high)
{
    if (value < low || value > high)
        return dn_fail(DN_ERROR_ARGUMENT, "architecture: %s is %d, %d to %d is expected", field,
                       value, low, high);
    return DN_OK;
}

static dn_status check_channels(const dn_arch *arch)
{
    long channels = arch->stem_channels;
    for (int b = 0; b < arch->block_count; b++) {
        channels += (long)arch->blocks[b] * arch->growth;
        if (channels > MAX_CHANNELS)
            return dn_fail(DN_ERROR_ARGUMENT,
                           "architecture: block %d reaches %ld channels, at most "
                           "%d are supported",
                           b + 1, channels, MAX_CHANNELS);
        if (b + 1 < arch->block_count)
            channels = dn_transition_out(arch, (int)channels);
        if (channels < 1)
            return dn_fail(DN_ERROR_ARGUMENT, "architecture: transition %d keeps no channel",
                           b + 1);
    }
    return DN_OK;
}

static dn_status check_stem(const dn_arch *arch)
{
    int last = 0;
    while (dn_stem_row_of((dn_stem)(last + 1)))
        last++;
    DN_TRY(check_range("stem", (int)arch->stem, 0, last));
    const dn_stem_row *row = dn_stem_row_of(arch->stem);
    for (int i = 0; i + 1 < row->convs; i++)
        DN_TRY(check_range("deep stem channels", arch->stem_hidden[i], 1, 4096));
    DN_TRY(check_range("stem kernel", arch->stem_kernel, 0, MAX_STEM_KERNEL));
    DN_TRY(check_range("stem stride", arch->stem_stride, 0, MAX_STEM_STRIDE));
    DN_TRY(check_range("stem pool", (int)arch->stem_pool, 0, DN_STEM_POOL_BLUR));
    if (arch->stem_kernel && (arch->stem_kernel % 2 == 0 || row->convs > 1))
        return dn_fail(DN_ERROR_ARGUMENT,
                       "architecture: a stem kernel of %d is not supported: an odd one of a stem "
                       "with one convolution is expected",
                       arch->stem_kernel);
    if (dn_arch_stem(arch).pools && !row->norm)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "architecture: a stem without a norm does not end in a pool");
    return DN_OK;
}

dn_status dn_arch_check(const dn_arch *arch)
{
    DN_NEED(arch);
    DN_TRY(check_range("number of blocks", arch->block_count, 1, DN_MAX_BLOCKS));
    for (int b = 0; b < arch->block_count; b++)
        DN_TRY(check_range("layers of a block", arch->blocks[b], 1, MAX_LAYERS));
    DN_TRY(check_range("growth rate", arch->growth, 1, 4096));
    DN_TRY(check_range("stem channels", arch->stem_channels, 1, 4096));
    DN_TRY(check_range("bottleneck", arch->bottleneck, 0, 64));
    DN_TRY(check_stem(arch));
    DN_TRY(check_range("input channels", arch->channels, 1, 1024));
    DN_TRY(check_range("classes", arch->classes, 0, 1000000));
    if (!(arch->compression > 0 && arch->compression <= 1))
        return dn_fail(DN_ERROR_ARGUMENT,
                       "architecture: compression is %g, above 0 and at most 1 is expected",
                       arch->compression);
    if (!(arch->bn_epsilon > 0 && arch->bn_epsilon < 1))
        return dn_fail(DN_ERROR_ARGUMENT, "architecture: BN epsilon is %g, 0 to 1 is expected",
                       arch->bn_epsilon);
    DN_TRY(dn_head_check(arch));
    return check_channels(arch);
}

static int smallest_last_map(const dn_arch *arch)
{
    int rows = dn_head_rows(&arch->head), columns = dn_head_columns(&arch->head);
    int side = rows > columns ? rows : columns;
    return arch->head.window ? side * arch->head.window : side;
}

int dn_arch_smallest_input(const dn_arch *arch)
{
    if (dn_arch_check(arch) != DN_OK)
        return 0;
    int size = smallest_last_map(arch) << (arch->block_count - 1);
    const dn_stem_row stem = dn_arch_stem(arch);
    /* A stride s, rounding up, turns s (n - 1) + 1 into n. */
    if (stem.pools)
        size = 2 * (size - 1) + 1;
    if (stem.blurs && size < 2)
        size = 2; /* of which one can be reflected at the other */
    return stem.stride * (size - 1) + 1;
}

bool dn_arch_shrinks(const dn_arch *arch)
{
    return dn_arch_check(arch) == DN_OK &&
           (dn_arch_stem(arch).pools || dn_arch_stem(arch).stride > 1);
}
