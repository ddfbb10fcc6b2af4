/* SPDX-License-Identifier: MIT */
#include "network/names.h"

#include "network/head.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

typedef enum kind { CONV, NORM, LINEAR } kind;

#define TORCHVISION (1u << DN_DIALECT_TORCHVISION)
#define TORCHVISION_2017 (1u << DN_DIALECT_TORCHVISION_2017)
#define EFFICIENT (1u << DN_DIALECT_EFFICIENT)
#define REFERENCE (1u << DN_DIALECT_REFERENCE)
#define KERAS (1u << DN_DIALECT_KERAS)
#define PADDLE (1u << DN_DIALECT_PADDLE)
#define TORCHVISIONS (TORCHVISION | TORCHVISION_2017 | EFFICIENT)

static const struct {
    const char *name;
    dn_concat concat;
} dialects[DN_DIALECT_COUNT] = {
    [DN_DIALECT_TORCHVISION] = {"torchvision", DN_CONCAT_LAST},
    [DN_DIALECT_TORCHVISION_2017] = {"torchvision 2017", DN_CONCAT_LAST},
    [DN_DIALECT_EFFICIENT] = {"efficient_densenet", DN_CONCAT_LAST},
    [DN_DIALECT_REFERENCE] = {"reference", DN_CONCAT_FIRST},
    [DN_DIALECT_KERAS] = {"Keras", DN_CONCAT_LAST},
    [DN_DIALECT_PADDLE] = {"PaddlePaddle", DN_CONCAT_LAST},
};

/* How the names of a module's tensors begin in some dialects. %b, %l, %u stand
 * for the key's block, layer and unit counted from 0, %B, %L, %U counted from
 * 1, %C for the block counted from 2; %n for the number of layers of the block and %e for the index
 * of the last block, which parsing ignores. A slash also matches a dot. The first row that matches
 * decides, in both directions. */
typedef struct rule {
    unsigned dialects;
    dn_role role;
    kind kind;
    int unit; /* if the pattern has no %u */
    const char *pattern;
} rule;

static const rule rules[] = {
    {TORCHVISION | TORCHVISION_2017, DN_ROLE_FINAL, NORM, 0, "features.norm5."},
    {TORCHVISIONS, DN_ROLE_STEM, CONV, 0, "features.conv%u."},
    {TORCHVISIONS, DN_ROLE_STEM, NORM, 0, "features.norm%u."},
    {TORCHVISION | EFFICIENT, DN_ROLE_LAYER, NORM, 0, "features.denseblock%B.denselayer%L.norm%U."},
    {TORCHVISION | EFFICIENT, DN_ROLE_LAYER, CONV, 0, "features.denseblock%B.denselayer%L.conv%U."},
    {TORCHVISION_2017, DN_ROLE_LAYER, NORM, 0, "features.denseblock%B.denselayer%L.norm.%U."},
    {TORCHVISION_2017, DN_ROLE_LAYER, CONV, 0, "features.denseblock%B.denselayer%L.conv.%U."},
    {EFFICIENT, DN_ROLE_LAYER, NORM, 0, "features.denseblock%B.denselayer%L.norm.%U."}, /* 2017 */
    {EFFICIENT, DN_ROLE_LAYER, CONV, 0, "features.denseblock%B.denselayer%L.conv.%U."},
    {EFFICIENT, DN_ROLE_LAYER, NORM, 0, "features.denseblock%B.denselayer%L.bn.norm_"},
    {EFFICIENT, DN_ROLE_LAYER, CONV, 0, "features.denseblock%B.denselayer%L.bn.conv_"},
    {TORCHVISIONS, DN_ROLE_TRANSITION, NORM, 0, "features.transition%B.norm."},
    {TORCHVISIONS, DN_ROLE_TRANSITION, CONV, 0, "features.transition%B.conv."},
    {EFFICIENT, DN_ROLE_FINAL, NORM, 0, "features.norm_final."},
    {TORCHVISIONS, DN_ROLE_HEAD, LINEAR, 0, "classifier."},
    {TORCHVISIONS, DN_ROLE_HEAD, LINEAR, 0, "classifier.%u."},
    {TORCHVISIONS, DN_ROLE_HEAD, NORM, 0, "classifier.%u."},

    {REFERENCE, DN_ROLE_STEM, CONV, 0, "conv1.0."},
    {REFERENCE, DN_ROLE_STEM, NORM, 0, "conv1.1."},
    {REFERENCE, DN_ROLE_STEM, CONV, 1, "conv1.3."},
    {REFERENCE, DN_ROLE_STEM, NORM, 1, "conv1.4."},
    {REFERENCE, DN_ROLE_STEM, CONV, 2, "conv1.6."},
    {REFERENCE, DN_ROLE_STEM, NORM, 2, "conv1.7."},
    {REFERENCE, DN_ROLE_LAYER, NORM, 0, "dense_blocks.%b.%l.residual.0."},
    {REFERENCE, DN_ROLE_LAYER, CONV, 0, "dense_blocks.%b.%l.residual.2."},
    {REFERENCE, DN_ROLE_LAYER, NORM, 1, "dense_blocks.%b.%l.residual.3."},
    {REFERENCE, DN_ROLE_LAYER, CONV, 1, "dense_blocks.%b.%l.residual.5."},
    {REFERENCE, DN_ROLE_TRANSITION, NORM, 0, "dense_blocks.%b.%n.transition.0."},
    {REFERENCE, DN_ROLE_TRANSITION, CONV, 0, "dense_blocks.%b.%n.transition.2."},
    {REFERENCE, DN_ROLE_FINAL, NORM, 0, "dense_blocks.%e.%n."},
    {REFERENCE, DN_ROLE_HEAD, LINEAR, 0, "fc."},
    {REFERENCE, DN_ROLE_HEAD, LINEAR, 0, "fc.%u."},
    {REFERENCE, DN_ROLE_HEAD, NORM, 0, "fc.%u."},

    {KERAS, DN_ROLE_STEM, CONV, 0, "conv1_conv/"},
    {KERAS, DN_ROLE_STEM, NORM, 0, "conv1_bn/"},
    {KERAS, DN_ROLE_STEM, CONV, 0, "conv1/conv/"}, /* before 2024, and published files */
    {KERAS, DN_ROLE_STEM, NORM, 0, "conv1/bn/"},
    {KERAS, DN_ROLE_STEM, CONV, 0, "conv1_conv_%u/"},
    {KERAS, DN_ROLE_STEM, NORM, 0, "conv1_bn_%u/"},
    {KERAS, DN_ROLE_LAYER, NORM, 0, "conv%C_block%L_0_bn/"},
    {KERAS, DN_ROLE_LAYER, CONV, 0, "conv%C_block%L_1_conv/"},
    {KERAS, DN_ROLE_LAYER, NORM, 1, "conv%C_block%L_1_bn/"},
    {KERAS, DN_ROLE_LAYER, CONV, 1, "conv%C_block%L_2_conv/"},
    {KERAS, DN_ROLE_TRANSITION, NORM, 0, "pool%C_bn/"},
    {KERAS, DN_ROLE_TRANSITION, CONV, 0, "pool%C_conv/"},
    {KERAS, DN_ROLE_FINAL, NORM, 0, "bn/"},
    {KERAS, DN_ROLE_HEAD, LINEAR, 0, "predictions/"},
    {KERAS, DN_ROLE_HEAD, LINEAR, 0, "fc1000/"},

    {PADDLE, DN_ROLE_STEM, CONV, 0, "conv1_func._conv."},
    {PADDLE, DN_ROLE_STEM, NORM, 0, "conv1_func._batch_norm."},
    {PADDLE, DN_ROLE_STEM, CONV, 0, "conv1_func_%u._conv."},
    {PADDLE, DN_ROLE_STEM, NORM, 0, "conv1_func_%u._batch_norm."},
    {PADDLE, DN_ROLE_LAYER, NORM, 0, "db_conv_%C.conv%C_%L.bn_ac_func%U._batch_norm."},
    {PADDLE, DN_ROLE_LAYER, CONV, 0, "db_conv_%C.conv%C_%L.bn_ac_func%U._conv."},
    {PADDLE, DN_ROLE_TRANSITION, NORM, 0, "tr_conv%C_blk.conv_ac_func._batch_norm."},
    {PADDLE, DN_ROLE_TRANSITION, CONV, 0, "tr_conv%C_blk.conv_ac_func._conv."},
    {PADDLE, DN_ROLE_FINAL, NORM, 0, "batch_norm."},
    {PADDLE, DN_ROLE_HEAD, LINEAR, 0, "out."},
    {KERAS, DN_ROLE_HEAD, LINEAR, 0, "predictions_%u/"}, /* of a head of several parts */
    {KERAS, DN_ROLE_HEAD, NORM, 0, "predictions_bn_%u/"},
};
#define RULE_COUNT (sizeof rules / sizeof *rules)

/* The last row of a dialect is what is written. */
#define ANY (~0u)
static const struct {
    unsigned dialects;
    kind kind;
    dn_part part;
    const char *suffix;
} parts[] = {
    {ANY, CONV, DN_PART_CONV, "weight"},
    {ANY, CONV, DN_PART_CONV_BIAS, "bias"},
    {ANY, NORM, DN_PART_NORM_WEIGHT, "weight"},
    {ANY, NORM, DN_PART_NORM_BIAS, "bias"},
    {ANY, NORM, DN_PART_NORM_MEAN, "running_mean"},
    {ANY, NORM, DN_PART_NORM_VARIANCE, "running_var"},
    {ANY, LINEAR, DN_PART_LINEAR_WEIGHT, "weight"},
    {ANY, LINEAR, DN_PART_LINEAR_BIAS, "bias"},
    {KERAS, CONV, DN_PART_CONV, "kernel"},
    {KERAS, NORM, DN_PART_NORM_WEIGHT, "gamma"},
    {KERAS, NORM, DN_PART_NORM_BIAS, "beta"},
    {KERAS, NORM, DN_PART_NORM_MEAN, "moving_mean"},
    {KERAS, NORM, DN_PART_NORM_VARIANCE, "moving_variance"},
    {KERAS, LINEAR, DN_PART_LINEAR_WEIGHT, "kernel"},
    {PADDLE, NORM, DN_PART_NORM_MEAN, "_mean"},
    {PADDLE, NORM, DN_PART_NORM_VARIANCE, "_variance"},
};
#define PART_COUNT (sizeof parts / sizeof *parts)

dn_concat dn_dialect_concat(dn_dialect dialect)
{
    return dialects[dialect].concat;
}

const char *dn_dialect_name(dn_dialect dialect)
{
    return dialects[dialect].name;
}

static bool has_unit(const rule *row)
{
    return strstr(row->pattern, "%u") || strstr(row->pattern, "%U");
}

dn_name_context dn_name_context_of(const dn_arch *arch)
{
    return (dn_name_context){arch->block_count, arch->blocks, !dn_head_is_single(arch)};
}

static int number_for(char letter, const dn_name_context *context, const dn_key *key)
{
    int last = context->block_count - 1;
    switch (letter) {
    case 'b':
        return key->block;
    case 'B':
        return key->block + 1;
    case 'C':
        return key->block + 2;
    case 'l':
        return key->layer;
    case 'L':
        return key->layer + 1;
    case 'u':
        return key->unit;
    case 'U':
        return key->unit + 1;
    case 'n':
        return context->blocks[key->role == DN_ROLE_FINAL ? last : key->block];
    default:
        return last;
    }
}

static void format_row(const rule *row, const char *suffix, const dn_name_context *context,
                       const dn_key *key, char name[DN_TENSOR_NAME_SIZE])
{
    size_t length = 0;
    for (const char *at = row->pattern; *at; at++) {
        if (*at == '%')
            length += (size_t)snprintf(name + length, DN_TENSOR_NAME_SIZE - length, "%d",
                                       number_for(*++at, context, key));
        else
            name[length++] = *at;
    }
    snprintf(name + length, DN_TENSOR_NAME_SIZE - length, "%s", suffix);
}

/* A head of one part has no numbers in its names. */
static bool is_row_for(const rule *row, const dn_name_context *context, const dn_key *key)
{
    if (row->role != key->role)
        return false;
    if (key->role == DN_ROLE_HEAD)
        return has_unit(row) == context->numbered;
    return has_unit(row) || row->unit == key->unit;
}

static void format_part(dn_dialect dialect, size_t part, const dn_name_context *context,
                        const dn_key *key, char name[DN_TENSOR_NAME_SIZE])
{
    for (size_t r = 0; r < RULE_COUNT; r++) {
        const rule *row = &rules[r];
        if (row->dialects >> dialect & 1 && row->kind == parts[part].kind &&
            is_row_for(row, context, key)) {
            format_row(row, parts[part].suffix, context, key, name);
            return;
        }
    }
}

void dn_name_format(dn_dialect dialect, const dn_name_context *context, const dn_key *key,
                    char name[DN_TENSOR_NAME_SIZE])
{
    name[0] = '\0';
    for (size_t p = 0; p < PART_COUNT; p++)
        if (parts[p].part == key->part && parts[p].dialects >> dialect & 1)
            format_part(dialect, p, context, key, name);
}

/* Reads a number of up to four digits without leading zeros; NULL if none. */
static const char *read_number(const char *text, int *number)
{
    int digits = 0, value = 0;
    for (; isdigit((unsigned char)text[digits]); digits++) {
        if (digits == 4 || (digits == 1 && value == 0))
            return NULL;
        value = 10 * value + (text[digits] - '0');
    }
    *number = value;
    return digits ? text + digits : NULL;
}

static bool set_number(char letter, int number, dn_key *key)
{
    int from = letter == 'C' ? 2 : letter == 'B' || letter == 'L' || letter == 'U';
    switch (letter) {
    case 'b':
    case 'B':
    case 'C':
        key->block = number - from;
        break;
    case 'l':
    case 'L':
        key->layer = number - from;
        break;
    case 'u':
    case 'U':
        key->unit = number - from;
        break;
    default:
        break;
    }
    return number >= from;
}

/* What follows the pattern in name; NULL if name does not begin with it. */
static const char *match_row(const rule *row, const char *name, dn_key *key)
{
    *key = (dn_key){.role = row->role, .unit = row->unit};
    for (const char *at = row->pattern; *at; at++) {
        int number;
        if (*at != '%') {
            if (*name != *at && !(*at == '/' && *name == '.'))
                return NULL;
            name++;
        } else if (!(name = read_number(name, &number)) || !set_number(*++at, number, key)) {
            return NULL;
        }
    }
    return name;
}

/* TensorFlow's names have the number of an output at their end. */
static bool ends_in(const char *suffix, const char *rest)
{
    size_t length = strlen(suffix);
    return strncmp(suffix, rest, length) == 0 &&
           (rest[length] == '\0' || strcmp(rest + length, ":0") == 0);
}

void dn_place_name(const dn_key *key, char name[DN_NAME_SIZE])
{
    switch (key->role) {
    case DN_ROLE_STEM:
        snprintf(name, DN_NAME_SIZE, "stem");
        break;
    case DN_ROLE_LAYER:
        snprintf(name, DN_NAME_SIZE, "block%d.layer%d", key->block + 1, key->layer + 1);
        break;
    case DN_ROLE_TRANSITION:
        snprintf(name, DN_NAME_SIZE, "transition%d", key->block + 1);
        break;
    case DN_ROLE_FINAL:
        snprintf(name, DN_NAME_SIZE, "final");
        break;
    case DN_ROLE_HEAD:
        snprintf(name, DN_NAME_SIZE, "head");
        break;
    }
}

bool dn_name_parse(dn_dialect dialect, const char *name, dn_key *key)
{
    for (size_t r = 0; r < RULE_COUNT; r++) {
        dn_key found;
        const char *rest;
        if (!(rules[r].dialects >> dialect & 1) || !(rest = match_row(&rules[r], name, &found)))
            continue;
        for (size_t p = 0; p < PART_COUNT; p++)
            if (parts[p].dialects >> dialect & 1 && parts[p].kind == rules[r].kind &&
                ends_in(parts[p].suffix, rest)) {
                found.part = parts[p].part;
                *key = found;
                return true;
            }
    }
    return false;
}
