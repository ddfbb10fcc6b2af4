/* SPDX-License-Identifier: MIT */
/* Which of a file's candidates is the network, and why none is. */
#include "loading/load_job.h"

#include "base/memory.h"
#include "loading/axes.h"
#include "loading/candidate_words.h"
#include "loading/graph_network.h"
#include "loading/keras/keras.h"
#include "loading/reparametrise.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_within(const dn_candidate *inner, const dn_candidate *outer)
{
    return inner->scope_length >= outer->scope_length &&
           memcmp(inner->scope, outer->scope, outer->scope_length) == 0;
}

/* Whether it holds a network of its own, with a head or without. */
static dn_status is_network(const dn_load_job *l, const dn_candidate *candidate, bool *is)
{
    dn_load_job probe = {.file = l->file, .asked = l->asked, .accepts_none = true};
    dn_status status = dn_try_candidate(&probe, candidate);
    dn_discard_match(&probe);
    dn_text_drop(&probe.warning);
    *is = status == DN_OK;
    return status == DN_ERROR_MEMORY ? status : DN_OK;
}

static bool is_as_likely(const dn_candidate *item, const dn_candidate *taken)
{
    return dn_rank_of_path(item->scope, item->scope_length) ==
           dn_rank_of_path(taken->scope, taken->scope_length);
}

enum { LISTED = 4 };

/* Adds the paths of networks from the item at `first` on, none of which is within another; if
 * one is taken, only of those that are as likely. *count: how many. */
static dn_status list_networks(const dn_load_job *l, const dn_candidates *candidates, size_t first,
                               const dn_candidate *taken, dn_text *list, int *count)
{
    const dn_candidate *found[LISTED + 1] = {taken};
    int known = taken != NULL;
    *count = 0;
    for (size_t i = first; i < candidates->count && *count < LISTED; i++) {
        const dn_candidate *item = &candidates->items[i];
        bool other = !taken || is_as_likely(item, taken);
        for (int k = 0; k < known && other; k++)
            other = !is_within(item, found[k]) && !is_within(found[k], item);
        if (other)
            DN_TRY(is_network(l, item, &other));
        if (!other)
            continue;
        if (item->scope_length)
            dn_text_add(list, "%s\"%.*s\"", *count ? ", " : "", (int)item->scope_length - 1,
                        item->scope);
        else
            dn_text_add(list, "the whole file");
        found[known++] = item;
        ++*count;
    }
    return list->failed ? dn_fail_memory(list->capacity) : DN_OK;
}

static dn_status warn_of_others(dn_load_job *l, const dn_candidates *candidates, size_t taken)
{
    dn_text list = {0};
    const dn_candidate *item = &candidates->items[taken];
    int count;
    dn_status status = list_networks(l, candidates, taken + 1, item, &list, &count);
    if (status == DN_OK && count)
        dn_load_warn(l, "the network is that of \"%.*s\"; as likely: %s; the option state chooses",
                     item->scope_length ? (int)item->scope_length - 1 : 0, item->scope, list.data);
    dn_text_drop(&list);
    return status;
}

/* Whether the one taken is the only one is said. */
static dn_status try_each(dn_load_job *l, const dn_candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++) {
        dn_status status = dn_try_candidate(l, &candidates->items[i]);
        if (status == DN_OK)
            return warn_of_others(l, candidates, i);
        if (status != DN_ERROR_MISMATCH)
            return status;
    }
    return DN_ERROR_MISMATCH;
}

/* A dictionary of features has its head perhaps in another. */
static dn_status try_candidates(dn_load_job *l, const dn_candidates *candidates)
{
    if (candidates->count == 0 || candidates->items[0].count == 0)
        return dn_fail(DN_ERROR_MISMATCH, "holds no tensors");
    dn_status status = try_each(l, candidates);
    l->accepts_none = l->saw_none;
    if (status == DN_ERROR_MISMATCH && l->accepts_none)
        status = try_each(l, candidates);
    if (status != DN_ERROR_MISMATCH)
        return status;
    return dn_try_candidate(l,
                            &candidates->items[0]); /* for the error message of the likeliest one */
}

static dn_status refuse_state(const dn_load_job *l)
{
    dn_candidates all;
    dn_text list = {0};
    DN_TRY(dn_candidates_find(l->file, &all));
    int count;
    dn_status status = list_networks(l, &all, 0, NULL, &list, &count);
    dn_candidates_free(&all);
    if (status == DN_OK)
        status = dn_fail(DN_ERROR_MISMATCH, "has no tensors below \"%.200s\"; its networks: %s",
                         l->state, count ? list.data : "none");
    dn_text_drop(&list);
    return status;
}

/* [1 2 1] x [1 2 1] / 16 of each channel. */
static bool is_stem_filter(const dn_tensor *tensor)
{
    static const double taps[] = {1, 2, 1};
    bool same = tensor->rank == 4 && tensor->shape[1] == 1 && tensor->shape[2] == 3 &&
                tensor->shape[3] == 3 && dn_dtype_is_float(tensor->dtype);
    for (int64_t c = 0; same && c < tensor->shape[0]; c++)
        for (int i = 0; same && i < 9; i++) {
            const int64_t at =
                c * tensor->strides[0] + i / 3 * tensor->strides[2] + i % 3 * tensor->strides[3];
            const uint8_t *tap = tensor->data + at * (int64_t)dn_dtype_size(tensor->dtype);
            same = fabs(dn_to_double(tensor->dtype, tap) - taps[i / 3] * taps[i % 3] / 16) < 1e-6;
        }
    return same;
}

/* Networks that blur elsewhere than at a stem's end would load but give wrong answers.
 * antialiased-cnns (Zhang, 2019) keeps its filters among the tensors, and so do modules of timm's
 * that were saved whole, of which only the stem blurs. */
static dn_status look_for_filters(dn_load_job *l)
{
    static const char ending[] = ".filt";
    for (size_t i = 0; i < l->file->tensor_count; i++) {
        const char *name = l->file->tensors[i].name;
        size_t length = strlen(name);
        if (length < sizeof ending || strcmp(name + length + 1 - sizeof ending, ending) != 0)
            continue;
        if (l->filter || !strstr(name, "pool0") || !is_stem_filter(&l->file->tensors[i]))
            return dn_fail(DN_ERROR_MISMATCH,
                           "%s: is an anti-aliased network (\"%s\"): blur pooling is not supported "
                           "but at a stem's end, of 3x3",
                           l->file->name, name);
        l->filter = true;
    }
    return DN_OK;
}

/* The first tensor of this rank, if more have it than are kernels of pictures. */
static const dn_tensor *find_other_kernels(const dn_tensor_file *file, int rank)
{
    const dn_tensor *first = NULL;
    size_t count = 0, pictures = 0;
    for (size_t i = 0; i < file->tensor_count; i++) {
        const dn_tensor *tensor = &file->tensors[i];
        if (tensor->rank == rank && !first)
            first = tensor;
        count += tensor->rank == rank;
        pictures += tensor->rank == 4;
    }
    return count > 2 && count > pictures ? first : NULL;
}

static dn_status refuse_dimensions(const dn_tensor *kernel)
{
    return dn_fail(DN_ERROR_MISMATCH,
                   "is a %dD network (\"%.200s\" has %d dimensions), which is not of this family",
                   kernel->rank - 2, kernel->name, kernel->rank);
}

/* The first tensor of another parametrisation that the network taken would use, or, of none, that
 * the file holds. */
static const dn_tensor *find_parametrised(const dn_load_job *l, bool taken)
{
    for (int i = 0; taken && i < l->layout.count; i++)
        if (dn_is_parametrised(l->sources[i]))
            return l->sources[i];
    for (size_t i = 0; !taken && i < l->file->tensor_count; i++)
        if (dn_is_parametrised(&l->file->tensors[i]))
            return &l->file->tensors[i];
    return NULL;
}

static dn_status refuse_parametrisation(const char *name)
{
    return dn_fail(DN_ERROR_MISMATCH,
                   "\"%.200s\" is part of a reparametrised weight of a kind that is not known; "
                   "save the network without it, as torch.nn.utils.parametrize can remove it",
                   name);
}

dn_status dn_find_network(dn_load_job *l)
{
    dn_candidates candidates;
    const char *derived;
    if (l->file->operators)
        return dn_graph_network(l);
    dn_status keras = dn_keras_prepare(l->file);
    if (keras != DN_OK)
        return dn_fail_within(keras, l->file->name);
    DN_TRY(dn_dequantise(l->file, &l->quantised));
    DN_TRY(dn_reparametrise(l->file, &derived));
    bool turned;
    dn_status axes = dn_turn_axes(l->file, &turned);
    if (axes != DN_OK)
        return dn_fail_within(axes, l->file->name);
    DN_TRY(look_for_filters(l));
    DN_TRY(l->state ? dn_candidates_at(l->file, l->state, &candidates)
                    : dn_candidates_find(l->file, &candidates));
    dn_status status =
        l->state && candidates.count == 0 ? refuse_state(l) : try_candidates(l, &candidates);
    dn_candidates_free(&candidates);
    if (status == DN_OK && derived)
        dn_note_derived(&l->origin, derived);
    if (status == DN_OK && turned)
        dn_note_derived(&l->origin, "kernels were turned from TensorFlow's order of axes");
    bool mismatch = status == DN_ERROR_MISMATCH;
    const dn_tensor *other = mismatch ? find_other_kernels(l->file, 5) : NULL, *parametrised = NULL;
    if (mismatch && !other)
        other = find_other_kernels(l->file, 3);
    if (!other && (mismatch || status == DN_OK))
        parametrised = find_parametrised(l, !mismatch);
    if (other)
        status = refuse_dimensions(other);
    else if (parametrised)
        status = refuse_parametrisation(parametrised->name);
    return status == DN_OK ? DN_OK : dn_fail_within(status, l->file->name);
}
