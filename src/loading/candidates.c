/* SPDX-License-Identifier: MIT */
/* A file may hold more than one network's state: an averaged copy, a teacher, an
 * optimiser's. Each dictionary with convolutions in it is a candidate, and so are all
 * tensors below the beginning of a name that lead to a stem ("encoder_q."). */
#include "base/memory.h"
#include "loading/candidate_words.h"
#include "loading/match.h"

#include <stdlib.h>
#include <string.h>

/* Of dictionaries and beginnings half each; each may be listed twice, and so may the whole. */
enum { MAX_PATHS = 24, MOST_LISTED = 2 * (2 * MAX_PATHS + 1) };
enum { MAX_DEPTH = 4, MAX_PICTURE_CHANNELS = 16, SMALLEST_NETWORK = 12 };

static bool lies_below(const dn_tensor *tensor, const char *path, size_t length)
{
    return strncmp(tensor->name, path, length) == 0;
}

/* In a dictionary itself, or anywhere below a path. */
static bool lies_in(const dn_tensor *tensor, const char *path, size_t length, bool below)
{
    return (below || tensor->scope == length) && lies_below(tensor, path, length);
}

static bool is_of_candidate(const dn_tensor *tensor)
{
    return !dn_is_counter(tensor) && dn_rank_of_path(tensor->name, tensor->scope) < DN_RANK_NEVER;
}

static bool is_listed(const dn_candidates *list, const char *path, size_t length)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].scope_length == length &&
            memcmp(list->items[i].scope, path, length) == 0)
            return true;
    return false;
}

static bool holds(const dn_candidate *item, const dn_tensor *tensor, bool below)
{
    return lies_in(tensor, item->scope, item->scope_length, below) && is_of_candidate(tensor) &&
           !(item->bare && dn_is_company(tensor));
}

/* Adds it if it has at least so many tensors. */
static dn_status add_candidate(const dn_tensor_file *file, dn_candidate item, bool below,
                               size_t least, dn_candidates *list)
{
    size_t count = 0;
    for (size_t i = 0; i < file->tensor_count; i++)
        count += holds(&item, &file->tensors[i], below);
    if (count < least)
        return DN_OK;
    DN_TRY(dn_calloc(count, sizeof *item.tensors, &item.tensors));
    for (size_t i = 0; i < file->tensor_count; i++)
        if (holds(&item, &file->tensors[i], below))
            item.tensors[item.count++] = &file->tensors[i];
    item.file_name = file->name;
    item.place = list->count;
    list->items[list->count++] = item;
    return DN_OK;
}

/* The tensors there; and once more without their company, if they have any. */
static dn_status add_both(const dn_tensor_file *file, const char *path, size_t length, bool below,
                          size_t least, dn_candidates *list)
{
    size_t before = list->count;
    dn_candidate item = {.scope = path, .scope_length = length};
    DN_TRY(add_candidate(file, item, below, least, list));
    if (list->count == before)
        return DN_OK;
    item.bare = true;
    size_t whole = list->items[before].count;
    DN_TRY(add_candidate(file, item, below, SMALLEST_NETWORK, list));
    if (list->count == before + 2 && list->items[before + 1].count == whole)
        free(list->items[--list->count].tensors);
    return DN_OK;
}

/* A convolution that may read a picture. */
static bool may_begin_a_network(const dn_tensor *tensor)
{
    return tensor->rank == 4 && tensor->shape[1] <= MAX_PICTURE_CHANNELS && tensor->shape[2] > 1 &&
           is_of_candidate(tensor);
}

/* Where the component after `length` bytes ends, its dot included; 0 if it is the last. */
static size_t next_component(const dn_tensor *tensor, size_t length)
{
    const char *dot = strchr(tensor->name + length, '.');
    return dot ? (size_t)(dot - tensor->name) + 1 : 0;
}

/* Whether all that lies below the shorter path lies below the longer one. */
static bool is_all_of(const dn_tensor_file *file, const dn_tensor *tensor, size_t shorter,
                      size_t longer)
{
    for (size_t i = 0; i < file->tensor_count; i++) {
        const dn_tensor *other = &file->tensors[i];
        if (lies_below(other, tensor->name, shorter) && !lies_below(other, tensor->name, longer) &&
            is_of_candidate(other))
            return false;
    }
    return true;
}

/* The paths below which add_below has looked. */
typedef struct visits {
    struct {
        const char *path;
        size_t length;
    } seen[MAX_PATHS];
    size_t count;
} visits;

/* False if it has been visited, or there have been too many. */
static bool visit(visits *v, const char *path, size_t length)
{
    for (size_t i = 0; i < v->count; i++)
        if (v->seen[i].length == length && memcmp(v->seen[i].path, path, length) == 0)
            return false;
    if (v->count == MAX_PATHS)
        return false;
    v->seen[v->count].path = path;
    v->seen[v->count++].length = length;
    return true;
}

/* Candidates by the next component of names; one that all names share is passed over. */
static dn_status add_below(const dn_tensor_file *file, const char *path, size_t length, int depth,
                           visits *v, dn_candidates *list)
{
    for (size_t i = 0; i < file->tensor_count && v->count < MAX_PATHS; i++) {
        const dn_tensor *tensor = &file->tensors[i];
        if (!may_begin_a_network(tensor) || !lies_below(tensor, path, length))
            continue;
        size_t end = next_component(tensor, length);
        if (!end || dn_rank_of_path(tensor->name, end) >= DN_RANK_NEVER ||
            !visit(v, tensor->name, end))
            continue;
        if (!is_listed(list, tensor->name, end) && !is_all_of(file, tensor, length, end))
            DN_TRY(add_both(file, tensor->name, end, true, SMALLEST_NETWORK, list));
        if (depth < MAX_DEPTH)
            DN_TRY(add_below(file, tensor->name, end, depth + 1, v, list));
    }
    return DN_OK;
}

static dn_status collect(const dn_tensor_file *file, dn_candidates *list)
{
    visits v = {0};
    int dictionaries = 0;
    for (size_t i = 0; i < file->tensor_count && dictionaries < MAX_PATHS; i++) {
        const dn_tensor *tensor = &file->tensors[i];
        if (tensor->rank != 4 || !is_of_candidate(tensor) ||
            is_listed(list, tensor->name, tensor->scope))
            continue;
        DN_TRY(add_both(file, tensor->name, tensor->scope, false, 1, list));
        dictionaries++;
    }
    return add_below(file, "", 0, 1, &v, list);
}

static int by_rank(const void *a, const void *b)
{
    const dn_candidate *first = a, *second = b;
    int ranks[2] = {dn_rank_of_path(first->scope, first->scope_length),
                    dn_rank_of_path(second->scope, second->scope_length)};
    if (ranks[0] != ranks[1])
        return ranks[0] - ranks[1];
    if (first->count != second->count)
        return first->count < second->count ? 1 : -1;
    return (first->place > second->place) - (first->place < second->place);
}

/* All dictionaries together, for networks that were saved in pieces, come last: they
 * are a candidate only if no part of them is. */
static dn_status add_whole(const dn_tensor_file *file, dn_candidates *list)
{
    size_t before = list->count;
    DN_TRY(add_both(file, "", 0, true, 0, list));
    bool known = before && list->items[0].count == list->items[before].count;
    while (known && list->count > before)
        free(list->items[--list->count].tensors);
    return DN_OK;
}

static dn_status fill(const dn_tensor_file *file, dn_candidates *list)
{
    DN_TRY(dn_calloc(MOST_LISTED, sizeof *list->items, &list->items));
    DN_TRY(collect(file, list));
    qsort(list->items, list->count, sizeof *list->items, by_rank);
    return add_whole(file, list);
}

dn_status dn_candidates_find(const dn_tensor_file *file, dn_candidates *candidates)
{
    dn_candidates list = {0};
    dn_status status = fill(file, &list);
    if (status == DN_OK)
        *candidates = list;
    else
        dn_candidates_free(&list);
    return status;
}

/* Where the path, of whole components, ends in a name, its dot included; 0 if it is not in
 * it. at_once: only at the beginning. */
static size_t path_end(const char *name, const char *path, size_t length, bool at_once)
{
    for (const char *at = name; at; at = at_once ? NULL : strchr(at, '.')) {
        at += *at == '.';
        if (strncmp(at, path, length) == 0 && at[length] == '.')
            return (size_t)(at - name) + length + 1;
    }
    return 0;
}

dn_status dn_candidates_at(const dn_tensor_file *file, const char *path, dn_candidates *candidates)
{
    dn_candidates list = {0};
    size_t length = strlen(path);
    length -= length > 0 && path[length - 1] == '.';
    dn_status status = dn_calloc(MOST_LISTED, sizeof *list.items, &list.items);
    for (int deep = 0; deep < 2; deep++)
        for (size_t i = 0; status == DN_OK && list.count == 0 && i < file->tensor_count; i++) {
            const char *name = file->tensors[i].name;
            size_t end = path_end(name, path, length, !deep);
            if (!end)
                continue;
            status = add_both(file, name, end, true, 1, &list);
            if (status == DN_OK)
                status = add_below(file, name, end, 1, &(visits){0}, &list);
        }
    qsort(list.items, list.count, sizeof *list.items, by_rank);
    if (status == DN_OK)
        *candidates = list;
    else
        dn_candidates_free(&list);
    return status;
}

void dn_candidates_free(dn_candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++)
        free(candidates->items[i].tensors);
    free(candidates->items);
    *candidates = (dn_candidates){0};
}
