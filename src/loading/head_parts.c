/* SPDX-License-Identifier: MIT */
#include "loading/head_parts.h"

#include "network/head.h"

#include <string.h>

dn_status dn_add_head_part(dn_head_work *w, dn_head_kind kind, int outputs)
{
    if (w->head.part_count == DN_MAX_HEAD_PARTS)
        return dn_fail(DN_ERROR_MISMATCH, "its head has more than %d parts", DN_MAX_HEAD_PARTS);
    w->head.parts[w->head.part_count++] = (dn_head_part){kind, outputs};
    return DN_OK;
}

bool dn_has_linear(const dn_head_work *w)
{
    for (int i = 0; i < w->head.part_count; i++)
        if (dn_is_linear(&w->head.parts[i]))
            return true;
    return false;
}

static bool has_relu(const dn_head_work *w)
{
    for (int i = 0; i < w->head.part_count; i++)
        if (w->head.parts[i].kind == DN_HEAD_RELU)
            return true;
    return false;
}

/* Whether the module lies below one that is known as a whole, such as a concatenating pool. */
static bool is_below(const dn_recorded_module *entry, const dn_recorded_module *whole)
{
    return entry->path_length > whole->path_length && entry->path[whole->path_length] == '.' &&
           memcmp(entry->path, whole->path, whole->path_length) == 0;
}

static dn_status unsupported(dn_head_work *w, const dn_recorded_module *entry)
{
    w->unsupported = true;
    return dn_fail(DN_ERROR_MISMATCH,
                   "its head has a module of class %.60s%s, \"%.*s\", which is not supported there",
                   dn_recorded_class(&w->recorded, entry),
                   entry->class[0] ? "" : " (not torch.nn's)",
                   (int)(entry->path_length < 200 ? entry->path_length : 200), entry->path);
}

static dn_status add_class(dn_head_work *w, const dn_recorded_module *entry, bool *relu)
{
    switch (dn_class_kind_of(&w->recorded, entry)) {
    case DN_CLASS_RELU:
        if (!dn_has_linear(w) && w->head.part_count == 0) {
            *relu = true;
            return DN_OK;
        }
        return dn_add_head_part(w, DN_HEAD_RELU, 0);
    case DN_CLASS_NOTHING:
        return dn_add_head_part(w, DN_HEAD_DROPOUT, 0);
    case DN_CLASS_SIGMOID:
    case DN_CLASS_SOFTMAX:
        w->facts.tells_objective = true;
        w->facts.objective = dn_class_kind_of(&w->recorded, entry) == DN_CLASS_SIGMOID
                                 ? DN_OBJECTIVE_LABELS
                                 : DN_OBJECTIVE_CLASSES;
        return DN_OK;
    case DN_CLASS_MEAN: /* after linears, it changes places with them, but not with a ReLU */
        return has_relu(w) ? unsupported(w, entry) : DN_OK;
    case DN_CLASS_POOL:
        dn_class_pool(&w->recorded, entry, &w->head.pool);
        return dn_has_linear(w) ? unsupported(w, entry) : DN_OK;
    case DN_CLASS_OTHER:
        return unsupported(w, entry);
    default:
        return DN_OK;
    }
}

dn_status dn_add_classes(dn_head_work *w, size_t first, size_t end, bool *relu)
{
    for (size_t i = first; i < end; i++) {
        const dn_recorded_module *entry = &w->recorded.items[i];
        bool numbers = dn_class_kind_of(&w->recorded, entry) == DN_CLASS_NOTHING ||
                       dn_class_kind_of(&w->recorded, entry) == DN_CLASS_SEQUENTIAL;
        if (w->facts.tells_objective && !numbers)
            return unsupported(w, entry);
        DN_TRY(add_class(w, entry, relu));
        while (dn_class_kind_of(&w->recorded, entry) != DN_CLASS_SEQUENTIAL && i + 1 < end &&
               is_below(&w->recorded.items[i + 1], entry))
            i++;
    }
    return DN_OK;
}

/* -------------------------------------------------- what is between two modules */

bool dn_find_between(const dn_head_work *w, const dn_module *a, const dn_module *b, size_t *first,
                     size_t *end)
{
    size_t common = dn_common_parent(a->path, a->path_length, b->path, b->path_length);
    *first = dn_recorded_index(&w->recorded, a->path, a->path_length) + 1;
    *end = dn_recorded_index(&w->recorded, b->path, b->path_length);
    return *first <= *end && *end < w->recorded.count &&
           dn_classes_sequential(&w->recorded, a->path, a->path_length, common) &&
           dn_classes_sequential(&w->recorded, b->path, b->path_length, common);
}

/* Whether values that a linear made have not gone through a ReLU yet. */
static bool awaits_relu(const dn_head_work *w)
{
    for (int i = w->head.part_count - 1; i >= 0; i--) {
        if (w->head.parts[i].kind == DN_HEAD_RELU)
            return false;
        if (dn_is_linear(&w->head.parts[i]))
            return true;
    }
    return false;
}

dn_status dn_assume_between(dn_head_work *w, const dn_module *a, const dn_module *b)
{
    int room = dn_count_between(a, b);
    if (room == 0)
        return DN_OK;
    w->facts.assumed = true;
    if (awaits_relu(w) && (room > 0 || b->kind == DN_MODULE_LINEAR)) {
        DN_TRY(dn_add_head_part(w, DN_HEAD_RELU, 0));
        room--;
    }
    for (; room > 0; room--)
        DN_TRY(dn_add_head_part(w, DN_HEAD_DROPOUT, 0));
    return DN_OK;
}

/* ----------------------------------------------------------- before the first */

/* The length of the path of the outermost module that is recorded around the last norm. */
static size_t outermost_module(const dn_head_work *w)
{
    size_t length = w->norm_length, parent;
    while (length > 0 && (parent = dn_parent_length(w->norm, length),
                          dn_recorded_index(&w->recorded, w->norm, parent) < w->recorded.count))
        length = parent;
    return length;
}

dn_status dn_end_without_head(dn_head_work *w)
{
    size_t begin = dn_recorded_index(&w->recorded, w->norm, w->norm_length) + 1;
    bool relu = false, known = begin <= w->recorded.count;
    if (known &&
        dn_classes_sequential(&w->recorded, w->norm, w->norm_length, outermost_module(w))) {
        DN_TRY(dn_add_classes(w, begin, w->recorded.count, &relu));
        w->head = (dn_head){0};
        w->linear_final = !relu;
        w->facts = (dn_head_facts){0};
        return DN_OK;
    }
    w->linear_final = w->facts.assumed_linear = !known && w->match->cut;
    return DN_OK;
}

dn_status dn_begin_head(dn_head_work *w, const dn_module *first)
{
    const char *path = first->path;
    size_t length = first->path_length, parent = dn_parent_length(path, length), begin, end;
    bool relu = false;
    if (dn_find_between(w, &(dn_module){.path = w->norm, .path_length = w->norm_length}, first,
                        &begin, &end)) {
        DN_TRY(dn_add_classes(w, begin, end, &relu));
        w->linear_final = !relu;
        return DN_OK;
    }
    w->linear_final = w->facts.assumed_linear =
        w->match->cut &&
        dn_recorded_index(&w->recorded, w->norm, w->norm_length) == w->recorded.count;
    end = dn_recorded_index(&w->recorded, path, length);
    begin = dn_recorded_index(&w->recorded, path, parent) + 1;
    if (begin <= end && end < w->recorded.count &&
        dn_classes_sequential(&w->recorded, path, length, parent))
        return dn_add_classes(w, begin, end, &relu);
    return DN_OK;
}
