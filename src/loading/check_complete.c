/* SPDX-License-Identifier: MIT */
/* A tensor for each slot, or a sentence that lists what is missing and what is
 * left over: a half-filled network predicts noise, so there are no partial matches. */
#include "base/memory.h"
#include "loading/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LISTED 8 /* names in a sentence */
#define LIST_SIZE 1024

static int by_key(const void *a, const void *b)
{
    return dn_key_compare(&((const dn_pair *)a)->key, &((const dn_pair *)b)->key);
}

/* Names for a sentence: the first few, and how many more. */
typedef struct name_list {
    char text[LIST_SIZE];
    size_t length, count;
} name_list;

static void list_name(name_list *list, const char *name)
{
    size_t room = sizeof list->text - list->length;
    if (list->count++ < LISTED && room > 1)
        list->length += (size_t)snprintf(list->text + list->length, room, "%s%.100s",
                                         list->count > 1 ? ", " : "", name);
}

static const char *finish_list(name_list *list)
{
    size_t room = sizeof list->text - list->length;
    if (list->count > LISTED)
        snprintf(list->text + list->length, room, " and %zu more", list->count - LISTED);
    return list->count ? list->text : "nothing";
}

static dn_status check_shape(const dn_tensor *tensor, const dn_slot *slot)
{
    bool matrix = slot->key.part == DN_PART_LINEAR_WEIGHT && tensor->rank == 4;
    bool same = tensor->rank == slot->rank || matrix;
    for (int d = 0; d < tensor->rank && same; d++)
        same = tensor->shape[d] == slot->shape[d];
    if (!same) {
        char found[128] = "", expected[64] = "";
        for (int d = 0, n = 0; d < tensor->rank && n < 100; d++)
            n += snprintf(found + n, sizeof found - (size_t)n, "%s%lld", d ? "x" : "",
                          (long long)tensor->shape[d]);
        for (int d = 0, n = 0; d < slot->rank; d++)
            n += snprintf(expected + n, sizeof expected - (size_t)n, "%s%d", d ? "x" : "",
                          slot->shape[d]);
        return dn_fail(DN_ERROR_MISMATCH, "tensor \"%s\" is %s, %s is expected", tensor->name,
                       found, expected);
    }
    if (!dn_dtype_is_float(tensor->dtype))
        return dn_fail(DN_ERROR_MISMATCH,
                       "tensor \"%s\" has type %s; f32, f16, bf16 or f64 is expected", tensor->name,
                       dn_dtype_name(tensor->dtype));
    return DN_OK;
}

/* What the slot's tensor would be called in the file's dialect. */
static void name_slot(const dn_match *match, const dn_arch *arch, const dn_slot *slot,
                      char name[DN_TENSOR_NAME_SIZE])
{
    dn_name_context context = dn_name_context_of(arch);
    dn_name_format(match->naming, &context, &slot->key, name);
}

static void list_extra(const dn_match *match, const dn_layout *layout, const dn_tensor **sources,
                       const dn_tensor **biases, name_list *extra)
{
    for (size_t i = 0; i < match->rest_count; i++)
        list_name(extra, match->rest[i]->name);
    for (size_t i = 0; i < match->pair_count; i++) {
        dn_key key = match->pairs[i].key;
        const dn_tensor **found = key.part == DN_PART_CONV_BIAS ? biases : sources;
        if (key.part == DN_PART_CONV_BIAS)
            key.part = DN_PART_CONV;
        const dn_slot *slot = dn_layout_find(layout, &key);
        if (!slot || found[slot - layout->slots] != match->pairs[i].tensor)
            list_name(extra, match->pairs[i].tensor->name);
    }
}

/* Looks each slot up among the pairs, which are sorted by key; returns how many
 * have a tensor. */
static size_t find_sources(const dn_match *match, const dn_arch *arch, const dn_layout *layout,
                           const dn_tensor **sources, name_list *missing)
{
    size_t found = 0;
    for (int i = 0; i < layout->count; i++) {
        dn_pair wanted = {.key = layout->slots[i].key};
        const dn_pair *pair =
            bsearch(&wanted, match->pairs, match->pair_count, sizeof wanted, by_key);
        sources[i] = pair ? pair->tensor : NULL;
        if (pair) {
            found++;
        } else {
            char name[DN_TENSOR_NAME_SIZE];
            name_slot(match, arch, &layout->slots[i], name);
            list_name(missing, name);
        }
    }
    return found;
}

/* Likewise the biases of convolutions, which may be there or not. */
static size_t find_biases(const dn_match *match, const dn_layout *layout, const dn_tensor **biases)
{
    size_t found = 0;
    for (int i = 0; i < layout->count; i++) {
        dn_pair wanted = {.key = layout->slots[i].key};
        biases[i] = NULL;
        if (wanted.key.part != DN_PART_CONV)
            continue;
        wanted.key.part = DN_PART_CONV_BIAS;
        const dn_pair *pair =
            bsearch(&wanted, match->pairs, match->pair_count, sizeof wanted, by_key);
        biases[i] = pair ? pair->tensor : NULL;
        found += pair != NULL;
    }
    return found;
}

dn_status dn_check_complete(const dn_match *match, const dn_arch *arch, const dn_layout *layout,
                            const dn_tensor **sources, const dn_tensor **biases)
{
    name_list missing = {0}, extra = {0};
    qsort(match->pairs, match->pair_count, sizeof *match->pairs, by_key);
    size_t found =
        find_sources(match, arch, layout, sources, &missing) + find_biases(match, layout, biases);
    if (found < match->pair_count + match->rest_count)
        list_extra(match, layout, sources, biases, &extra);
    if (!missing.count && extra.count && match->head_fault[0] && arch->classes == 0)
        return dn_fail(DN_ERROR_MISMATCH, "%s", match->head_fault);
    if (missing.count || extra.count)
        return dn_fail(DN_ERROR_MISMATCH,
                       "does not hold exactly the tensors of %s; missing: %s; left over: %s",
                       arch->name, finish_list(&missing), finish_list(&extra));
    for (int i = 0; i < layout->count; i++) {
        const dn_slot *slot = &layout->slots[i];
        dn_slot bias = {.rank = 1, .shape = {slot->shape[0]}};
        DN_TRY(check_shape(sources[i], slot));
        if (biases[i])
            DN_TRY(check_shape(biases[i], &bias));
    }
    return DN_OK;
}
