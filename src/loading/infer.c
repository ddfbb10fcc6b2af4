/* SPDX-License-Identifier: MIT */
/* The architecture that keys and shapes describe. */
#include "loading/match.h"
#include "network/stems.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The tensor of a key; NULL if the file has none. */
static const dn_tensor *find(const dn_match *match, dn_key key)
{
    for (size_t i = 0; i < match->pair_count; i++)
        if (dn_key_compare(&match->pairs[i].key, &key) == 0)
            return match->pairs[i].tensor;
    return NULL;
}

/* One dimension of a tensor; the sentence names what is missing. */
static dn_status dimension(const dn_match *match, dn_key key, int rank, int index, const char *what,
                           int *size)
{
    const dn_tensor *tensor = find(match, key);
    if (!tensor)
        return dn_fail(DN_ERROR_MISMATCH, "%s is missing", what);
    if (tensor->rank != rank)
        return dn_fail(DN_ERROR_MISMATCH, "%s is %s, of %d dimensions; %d are expected", what,
                       tensor->name, tensor->rank, rank);
    if (tensor->shape[index] < 1 || tensor->shape[index] > 1000000)
        return dn_fail(DN_ERROR_MISMATCH, "%s is %s, of size %lld", what, tensor->name,
                       (long long)tensor->shape[index]);
    *size = (int)tensor->shape[index];
    return DN_OK;
}

/* How well a kind of stem fits: as the file says, if its norms are those, for its kernel may be
 * any; then its kernel, then whether the file has a norm, as it has. */
static int fitness(const dn_stem_row *row, int kernel, bool norm, const char *said)
{
    bool known = said && strcmp(row->name, said) == 0 && row->norm == norm;
    return 4 * known + 2 * (row->kernel == kernel) + (row->norm == norm);
}

/* The kind with this many convolutions that fits best; of another kernel only if it is said, or
 * all else is the same. */
static bool recognise_stem(int convs, int kernel, bool norm, const char *said, dn_arch *arch)
{
    const dn_stem_row *row, *found = NULL;
    for (int i = 0; (row = dn_stem_row_of((dn_stem)i)); i++)
        if (row->convs == convs &&
            (!found || fitness(row, kernel, norm, said) > fitness(found, kernel, norm, said))) {
            found = row;
            arch->stem = (dn_stem)i;
        }
    arch->stem_kernel = found->kernel == kernel ? 0 : kernel;
    return !arch->stem_kernel || (convs == 1 && kernel % 2 == 1);
}

static dn_status infer_stem(const dn_match *match, const char *said, dn_arch *arch)
{
    dn_key key = {.role = DN_ROLE_STEM, .part = DN_PART_CONV};
    int kernel = 0;
    DN_TRY(dimension(match, key, 4, 1, "the stem's convolution", &arch->channels));
    DN_TRY(dimension(match, key, 4, 2, "the stem's convolution", &kernel));
    bool norm = find(match, (dn_key){.role = DN_ROLE_STEM, .part = DN_PART_NORM_WEIGHT});
    bool three = find(match, (dn_key){.role = DN_ROLE_STEM, .unit = 2, .part = DN_PART_CONV});
    if (!recognise_stem(three ? 3 : 1, kernel, norm, said, arch))
        return dn_fail(DN_ERROR_MISMATCH,
                       "the stem's convolution is %dx%d; one with an odd side or three of 3x3 are "
                       "expected",
                       kernel, kernel);
    for (; three && key.unit < 2; key.unit++)
        DN_TRY(dimension(match, key, 4, 0, "the stem's convolution", &arch->stem_hidden[key.unit]));
    return dimension(match, key, 4, 0, "the stem's convolution", &arch->stem_channels);
}

static dn_status infer_blocks(const dn_match *match, dn_arch *arch)
{
    for (size_t i = 0; i < match->pair_count; i++) {
        const dn_key *key = &match->pairs[i].key;
        if (key->role != DN_ROLE_LAYER)
            continue;
        if (key->block >= DN_MAX_BLOCKS)
            return dn_fail(DN_ERROR_MISMATCH, "%s is in block %d; at most %d blocks are supported",
                           match->pairs[i].tensor->name, key->block + 1, DN_MAX_BLOCKS);
        if (key->block >= arch->block_count)
            arch->block_count = key->block + 1;
        if (key->layer >= arch->blocks[key->block])
            arch->blocks[key->block] = key->layer + 1;
        if (key->unit == 1)
            arch->bottleneck = 1;
    }
    if (arch->block_count == 0)
        return dn_fail(DN_ERROR_MISMATCH, "it has no dense layers");
    for (int block = 0; block < arch->block_count; block++)
        if (arch->blocks[block] == 0)
            return dn_fail(DN_ERROR_MISMATCH, "all layers of block %d are missing", block + 1);
    return DN_OK;
}

static dn_status infer_layers(const dn_match *match, dn_arch *arch)
{
    dn_key key = {.role = DN_ROLE_LAYER, .part = DN_PART_CONV};
    int width;
    DN_TRY(dimension(match, key, 4, 0, "the first layer's convolution", &width));
    key.unit = arch->bottleneck;
    DN_TRY(dimension(match, key, 4, 0, "the first layer's last convolution", &arch->growth));
    if (!arch->bottleneck)
        return DN_OK;
    if (width % arch->growth)
        return dn_fail(DN_ERROR_MISMATCH,
                       "a layer's bottleneck of %d maps is not a multiple of the growth rate %d",
                       width, arch->growth);
    arch->bottleneck = width / arch->growth;
    return DN_OK;
}

/* The shortest decimal fraction between low (included) and high. */
static double simplest_between(double low, double high)
{
    static const double usual[] = {0.5, 1};
    for (int i = 0; i < 2; i++)
        if (usual[i] >= low && usual[i] < high)
            return usual[i];
    for (double scale = 10; scale < 1e15; scale *= 10) {
        double candidate = ceil(low * scale) / scale;
        if (candidate < high)
            return candidate;
    }
    return low;
}

/* Every transition keeps floor(compression * in) maps: each bounds it. */
static dn_status infer_compression(const dn_match *match, dn_arch *arch)
{
    double low = 0, high = HUGE_VAL;
    int64_t in = arch->stem_channels; /* counts of layers and maps are not checked yet */
    dn_key key = {.role = DN_ROLE_TRANSITION, .part = DN_PART_CONV};
    for (key.block = 0; key.block + 1 < arch->block_count; key.block++) {
        int out, read;
        in += (int64_t)arch->blocks[key.block] * arch->growth;
        DN_TRY(dimension(match, key, 4, 0, "a transition's convolution", &out));
        DN_TRY(dimension(match, key, 4, 1, "a transition's convolution", &read));
        if (read != in)
            return dn_fail(DN_ERROR_MISMATCH,
                           "transition %d reads %d maps, but block %d, of %d layers, leaves %lld",
                           key.block + 1, read, key.block + 1, arch->blocks[key.block],
                           (long long)in);
        low = fmax(low, (double)out / (double)in);
        high = fmin(high, (double)(out + 1) / (double)in);
        in = out;
    }
    if (!(low < high) || low > 1)
        return dn_fail(DN_ERROR_MISMATCH, "its transitions do not all keep the same share of maps");
    arch->compression = arch->block_count > 1 ? simplest_between(low, high) : 0.5;
    return DN_OK;
}

static bool same_network(const dn_arch *a, const dn_arch *b)
{
    return a->block_count == b->block_count && a->growth == b->growth &&
           a->stem_channels == b->stem_channels && a->bottleneck == b->bottleneck &&
           a->compression == b->compression && a->stem == b->stem &&
           a->stem_kernel == b->stem_kernel &&
           (dn_stem_row_of(a->stem)->convs == 1 ||
            memcmp(a->stem_hidden, b->stem_hidden, sizeof a->stem_hidden) == 0) &&
           memcmp(a->blocks, b->blocks, (size_t)a->block_count * sizeof *a->blocks) == 0;
}

/* Adopts a well-known network's name, for any number of channels, as yet without a head. */
static void recognise(dn_arch *arch)
{
    dn_arch known;
    char cifar[DN_NAME_SIZE];
    snprintf(cifar, sizeof cifar, "densenet-%s%d-%d", arch->bottleneck ? "bc-" : "",
             4 + (arch->bottleneck ? 6 : 3) * arch->blocks[0], arch->growth);
    snprintf(arch->name, sizeof arch->name, "densenet");
    for (int i = 0; i == 0 || dn_arch_name(i - 1); i++) {
        const char *name = i ? dn_arch_name(i - 1) : cifar;
        if (dn_arch_find(name, &known) != DN_OK || !same_network(&known, arch) ||
            known.stem_pool != arch->stem_pool)
            continue;
        known.channels = arch->channels;
        known.classes = 0;
        known.bn_epsilon = arch->bn_epsilon;
        *arch = known;
        return;
    }
}

#define BLURRED "densenetblur121d"

bool dn_may_blur(const dn_arch *arch)
{
    dn_arch blurred;
    return arch->stem == DN_STEM_DEEP && dn_arch_find(BLURRED, &blurred) == DN_OK &&
           memcmp(arch->blocks, blurred.blocks, sizeof blurred.blocks) == 0;
}

void dn_name_by_pool(dn_arch *arch)
{
    dn_arch blurred;
    if (dn_arch_find(BLURRED, &blurred) != DN_OK)
        return;
    bool named = strcmp(arch->name, BLURRED) == 0;
    bool blurs = same_network(&blurred, arch) && arch->stem_pool == DN_STEM_POOL_BLUR;
    if (named != blurs)
        snprintf(arch->name, sizeof arch->name, "%s", blurs ? BLURRED : "densenet");
}

dn_status dn_infer(const dn_match *match, const char *stem, dn_arch *arch)
{
    dn_arch found = {.bn_epsilon = 1e-5};
    DN_TRY(infer_blocks(match, &found));
    DN_TRY(infer_stem(match, stem, &found));
    DN_TRY(infer_layers(match, &found));
    DN_TRY(infer_compression(match, &found));
    if (dn_arch_check(&found) != DN_OK)
        return DN_ERROR_MISMATCH; /* keeps dn_arch_check's sentence */
    recognise(&found);
    *arch = found;
    return DN_OK;
}
