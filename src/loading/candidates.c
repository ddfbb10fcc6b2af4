/* SPDX-License-Identifier: MIT */
/* Training checkpoints hold more than one network's state: an averaged copy,
 * an optimiser's. Each dictionary with convolutions in it is a candidate. */
#include "base/memory.h"
#include "loading/match.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CANDIDATES 32

/* Usual names of the dictionaries, the likeliest network first. */
static const struct {
    const char *word;
    int rank;
} words[] = {
    {"state_dict", 0}, {"model", 1},     {"net", 1},     {"weights", 1}, {"params", 1},
    {"ema", 3},        {"swa", 3},       {"average", 3}, {"teacher", 3}, {"optimizer", 4},
    {"optimiser", 4},  {"scheduler", 4}, {"exp_avg", 4},
};
enum { RANK_OTHER = 2, RANK_NEVER = 4 };

static bool contains(const char *text, size_t length, const char *word)
{
    size_t span = strlen(word);
    for (size_t at = 0; at + span <= length; at++)
        if (memcmp(text + at, word, span) == 0)
            return true;
    return false;
}

/* The worst word counts: "model_ema" is an average, and "optimizer.model" is
 * not a network. */
static int rank_of(const char *scope, size_t length)
{
    int rank = -1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].rank > rank && contains(scope, length, words[i].word))
            rank = words[i].rank;
    return rank >= 0 ? rank : length ? RANK_OTHER : 0;
}

/* True if a component of the path begins with the word. */
static bool has_component(const char *path, const char *beginning)
{
    size_t length = strlen(beginning);
    for (; path; path = strchr(path, '.')) {
        path += *path == '.';
        if (strncmp(path, beginning, length) == 0)
            return true;
    }
    return false;
}

/* Counters, thop's totals, TorchXRayVision's operating points, the weights of a
 * loss: not part of the computation, and ignored by policy. */
static bool is_ignored(const dn_tensor *tensor)
{
    static const char *const names[] = {"num_batches_tracked", "n_averaged", "total_ops",
                                        "total_params",        "op_threshs", "num_updates",
                                        "temperature"};
    const char *name = dn_last_component(tensor->name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return tensor->rank == 0 || has_component(tensor->name, "criterion") ||
           has_component(tensor->name, "loss");
}

static bool lies_in(const dn_tensor *tensor, const char *scope, size_t length, bool below)
{
    return (below ? tensor->scope >= length : tensor->scope == length) &&
           memcmp(tensor->name, scope, length) == 0;
}

static dn_status add_candidate(const dn_tensor_file *file, const char *scope, size_t length,
                               bool below, dn_candidates *list)
{
    dn_candidate *item = &list->items[list->count];
    *item = (dn_candidate){.file_name = file->name, .scope = scope, .scope_length = length};
    DN_TRY(dn_calloc(file->tensor_count, sizeof *item->tensors, &item->tensors));
    list->count++;
    for (size_t i = 0; i < file->tensor_count; i++) {
        const dn_tensor *tensor = &file->tensors[i];
        if (lies_in(tensor, scope, length, below) && !is_ignored(tensor) &&
            rank_of(tensor->name, tensor->scope) < RANK_NEVER)
            item->tensors[item->count++] = tensor;
    }
    return DN_OK;
}

static bool is_listed(const dn_candidates *list, const dn_tensor *tensor)
{
    for (size_t i = 0; i < list->count; i++)
        if (lies_in(tensor, list->items[i].scope, list->items[i].scope_length, false))
            return true;
    return false;
}

static dn_status collect(const dn_tensor_file *file, dn_candidates *list)
{
    for (size_t i = 0; i < file->tensor_count && list->count < MAX_CANDIDATES - 1; i++) {
        const dn_tensor *tensor = &file->tensors[i];
        if (tensor->rank == 4 && rank_of(tensor->name, tensor->scope) < RANK_NEVER &&
            !is_listed(list, tensor))
            DN_TRY(add_candidate(file, tensor->name, tensor->scope, false, list));
    }
    /* All dictionaries together, for networks that were saved in pieces. */
    DN_TRY(add_candidate(file, "", 0, true, list));
    if (list->count == 2 && list->items[0].count == list->items[1].count)
        free(list->items[--list->count].tensors);
    return DN_OK;
}

static int by_rank(const void *a, const void *b)
{
    const dn_candidate *first = a, *second = b;
    int ranks[2] = {rank_of(first->scope, first->scope_length),
                    rank_of(second->scope, second->scope_length)};
    if (ranks[0] != ranks[1])
        return ranks[0] - ranks[1];
    return (first->count < second->count) - (first->count > second->count);
}

dn_status dn_candidates_find(const dn_tensor_file *file, dn_candidates *candidates)
{
    dn_candidates list = {0};
    DN_TRY(dn_calloc(MAX_CANDIDATES, sizeof *list.items, &list.items));
    dn_status status = collect(file, &list);
    if (status != DN_OK) {
        dn_candidates_free(&list);
        return status;
    }
    /* The whole comes last: it is a candidate only if no part of it is. */
    qsort(list.items, list.count - (list.count > 1), sizeof *list.items, by_rank);
    *candidates = list;
    return DN_OK;
}

void dn_candidates_free(dn_candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++)
        free(candidates->items[i].tensors);
    free(candidates->items);
    *candidates = (dn_candidates){0};
}
