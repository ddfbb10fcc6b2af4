/* SPDX-License-Identifier: MIT */
/* Keys by the names of a known code base, after any wrapper's prefix. */
#include "base/memory.h"
#include "loading/match.h"

#include <stdlib.h>
#include <string.h>

dn_status dn_match_create(size_t count, dn_match *match)
{
    *match = (dn_match){.dialect = "own names"};
    DN_TRY(dn_calloc(count, sizeof *match->pairs, &match->pairs));
    dn_status status = dn_calloc(count, sizeof *match->rest, &match->rest);
    if (status != DN_OK)
        dn_match_free(match);
    return status;
}

void dn_match_free(dn_match *match)
{
    free(match->pairs);
    free(match->rest);
    *match = (dn_match){0};
}

/* Length of the prefix before the dialect's own names ("module.", "net."); a
 * dense layer is unmistakable, so the first one decides. */
static bool find_prefix(const dn_candidate *candidate, dn_dialect dialect, const char **prefix,
                        size_t *length)
{
    for (size_t i = 0; i < candidate->count; i++) {
        const char *name = candidate->tensors[i]->name;
        for (const char *at = name + candidate->scope_length; at; at = strchr(at, '.')) {
            dn_key key;
            at += *at == '.';
            if (dn_name_parse(dialect, at, &key) && key.role == DN_ROLE_LAYER) {
                *prefix = name;
                *length = (size_t)(at - name);
                return true;
            }
        }
    }
    return false;
}

static void match_dialect(const dn_candidate *candidate, dn_dialect dialect, dn_match *match)
{
    const char *prefix = "";
    size_t length = 0;
    match->pair_count = match->rest_count = 0;
    match->naming = dialect;
    bool known = find_prefix(candidate, dialect, &prefix, &length);
    for (size_t i = 0; i < candidate->count; i++) {
        const dn_tensor *tensor = candidate->tensors[i];
        dn_key key;
        if (known && strncmp(tensor->name, prefix, length) == 0 &&
            dn_name_parse(dialect, tensor->name + length, &key))
            match->pairs[match->pair_count++] = (dn_pair){key, tensor};
        else
            match->rest[match->rest_count++] = tensor;
    }
}

static bool has_head(const dn_match *match)
{
    for (size_t i = 0; i < match->pair_count; i++)
        if (match->pairs[i].key.role == DN_ROLE_HEAD)
            return true;
    return false;
}

/* Fine-tuned networks often have a new classifier under a new name: what is
 * left over may be exactly that, one matrix and its bias. */
static void match_renamed_head(dn_match *match)
{
    if (match->rest_count != 2 || has_head(match))
        return;
    const dn_tensor *weight = match->rest[match->rest[0]->rank == 1];
    const dn_tensor *bias = match->rest[match->rest[0]->rank != 1];
    if (weight->rank != 2 || bias->rank != 1 || weight->shape[0] != bias->shape[0])
        return;
    dn_key key = {.role = DN_ROLE_HEAD, .part = DN_PART_LINEAR_WEIGHT};
    match->pairs[match->pair_count++] = (dn_pair){key, weight};
    key.part = DN_PART_LINEAR_BIAS;
    match->pairs[match->pair_count++] = (dn_pair){key, bias};
    match->rest_count = 0;
}

static bool has_deep_stem(const dn_match *match)
{
    for (size_t i = 0; i < match->pair_count; i++)
        if (match->pairs[i].key.role == DN_ROLE_STEM && match->pairs[i].key.unit == 2)
            return true;
    return false;
}

dn_status dn_match_names(const dn_candidate *candidate, dn_match *match)
{
    DN_TRY(dn_match_create(candidate->count, match));
    dn_dialect best = DN_DIALECT_TORCHVISION;
    size_t most = 0;
    for (dn_dialect d = 0; d < DN_DIALECT_COUNT && most < candidate->count; d++) {
        match_dialect(candidate, d, match);
        if (match->pair_count > most) {
            most = match->pair_count;
            best = d;
        }
    }
    if (match->naming != best)
        match_dialect(candidate, best, match);
    if (match->pair_count)
        match_renamed_head(match);
    bool timm = best == DN_DIALECT_TORCHVISION && has_deep_stem(match);
    match->dialect = timm ? "timm" : dn_dialect_name(best);
    match->convention = dn_dialect_concat(best);
    return DN_OK;
}
