/* SPDX-License-Identifier: MIT */
/* The head: tensors grouped to linears and norms, which must follow one another from the last
 * maps to the classes. What is between them has no tensors: a pickled module records it as
 * classes; of a state dict, the numbers in names say where something is, and ReLU and dropout
 * are assumed. */
#include "loading/head_parts.h"

#include "base/memory.h"
#include "network/head.h"
#include "network/widths.h"

#include <stdlib.h>
#include <string.h>

static bool is_recorded(const dn_head_work *w, const dn_module *module)
{
    return dn_recorded_index(&w->recorded, module->path, module->path_length) < w->recorded.count;
}

static dn_status add_module(dn_head_work *w, size_t number)
{
    const dn_module *module = &w->modules.items[number];
    bool before_norm = number + 1 < w->modules.count && module[1].kind == DN_MODULE_NORM;
    bool norm = module->kind == DN_MODULE_NORM;
    if (w->facts.tells_objective) {
        w->unsupported = true;
        return dn_fail(DN_ERROR_MISMATCH, "its head has a sigmoid or softmax before \"%.*s\"",
                       (int)(module->path_length < 200 ? module->path_length : 200), module->path);
    }
    dn_head_kind kind = norm                 ? DN_HEAD_NORM
                        : module->tensors[1] ? DN_HEAD_LINEAR
                                             : DN_HEAD_LINEAR_NO_BIAS;
    DN_TRY(dn_add_head_part(w, kind, norm ? 0 : module->out));
    w->units[number] = w->head.part_count - 1;
    w->facts.assumed_no_bias |=
        kind == DN_HEAD_LINEAR_NO_BIAS && !before_norm && !is_recorded(w, module);
    return DN_OK;
}

/* After the last module: what is in its Sequential, and in those around it. */
static dn_status end_head(dn_head_work *w, const dn_module *last)
{
    size_t at = dn_recorded_index(&w->recorded, last->path, last->path_length);
    bool relu;
    w->facts.open_end = !is_recorded(w, last) && dn_module_number(last) >= 0;
    for (size_t i = at + 1; i < w->recorded.count; i++) {
        const dn_recorded_module *entry = &w->recorded.items[i];
        size_t common =
            dn_common_parent(last->path, last->path_length, entry->path, entry->path_length);
        if (dn_classes_sequential(&w->recorded, entry->path, entry->path_length, common) &&
            dn_recorded_index(&w->recorded, last->path, common) < at) {
            DN_TRY(dn_add_classes(w, i, i + 1, &relu));
        } else if (dn_class_kind_of(&w->recorded, entry) == DN_CLASS_SIGMOID &&
                   !w->facts.tells_objective) {
            w->facts.tells_objective = w->facts.assumed_sigmoid = true;
            w->facts.objective = DN_OBJECTIVE_LABELS;
        }
    }
    return DN_OK;
}

/* What lies between a module of the head and the one before it. */
static dn_status add_between(dn_head_work *w, const dn_module *before, const dn_module *module)
{
    size_t first, end;
    bool relu;
    return dn_find_between(w, before, module, &first, &end) ? dn_add_classes(w, first, end, &relu)
                                                            : dn_assume_between(w, before, module);
}

/* Recorded modules are in the order of registration: a linear between layers is a gate's. */
static bool lies_inside(const dn_head_work *w, const dn_tensor *tensor)
{
    bool before = false, after = false;
    for (size_t i = 0; i < w->match->pair_count; i++) {
        const dn_pair *pair = &w->match->pairs[i];
        bool layer = pair->key.role == DN_ROLE_LAYER;
        before |= layer && pair->tensor < tensor;
        after |= layer && pair->tensor > tensor;
    }
    return before && after;
}

static dn_status refuse_inside(dn_head_work *w)
{
    for (size_t i = 0; i < w->modules.count; i++) {
        const dn_module *module = &w->modules.items[i];
        if (module->kind != DN_MODULE_LINEAR || !is_recorded(w, module) ||
            !lies_inside(w, module->tensors[0]))
            continue;
        w->unsupported = true;
        return dn_fail(DN_ERROR_MISMATCH,
                       "\"%.*s\" lies between its layers, where networks of this family have "
                       "no linear",
                       (int)(module->path_length < 200 ? module->path_length : 200), module->path);
    }
    return DN_OK;
}

static dn_status build_head(dn_head_work *w)
{
    const dn_module *modules = w->modules.items;
    DN_TRY(refuse_inside(w));
    if (w->modules.count > DN_MAX_HEAD_PARTS)
        return dn_fail(DN_ERROR_MISMATCH, "its head has more than %d parts", DN_MAX_HEAD_PARTS);
    DN_TRY(dn_order_head(&w->modules, dn_block_out(w->arch, w->arch->block_count - 1)));
    DN_TRY(dn_begin_head(w, modules));
    DN_TRY(dn_choose_pool(w, modules));
    for (size_t i = 0; i < w->modules.count; i++) {
        if (i > 0)
            DN_TRY(add_between(w, &modules[i - 1], &modules[i]));
        DN_TRY(add_module(w, i));
    }
    if (!dn_has_linear(w))
        return dn_fail(DN_ERROR_MISMATCH, "its head has a norm, but no linear");
    return end_head(w, &modules[w->modules.count - 1]);
}

/* ------------------------------------------------------------------- results */

/* Dropout before the only linear, and after the last part, needs no place. */
static void simplify(dn_head_work *w)
{
    dn_head *head = &w->head;
    int first = 0;
    while (head->part_count && head->parts[head->part_count - 1].kind == DN_HEAD_DROPOUT)
        head->parts[--head->part_count] = (dn_head_part){0};
    while (head->parts[first].kind == DN_HEAD_DROPOUT)
        first++;
    if (first + 1 != head->part_count)
        return;
    dn_head_part only = head->parts[first];
    memset(head->parts, 0, sizeof head->parts);
    head->part_count = only.kind != DN_HEAD_LINEAR;
    if (head->part_count)
        head->parts[0] = only;
    w->units[0] = 0;
}

static int classes_of(const dn_head_work *w)
{
    int classes = 0;
    for (size_t i = 0; i < w->modules.count; i++)
        if (w->modules.items[i].kind == DN_MODULE_LINEAR)
            classes = w->modules.items[i].out;
    return classes;
}

static void add_pairs(dn_head_work *w)
{
    dn_match *match = w->match;
    for (size_t m = 0; m < w->modules.count; m++) {
        const dn_module *module = &w->modules.items[m];
        bool norm = module->kind == DN_MODULE_NORM;
        dn_key key = {.role = DN_ROLE_HEAD, .unit = w->units[m]};
        for (int i = 0; i < 4 && module->tensors[i]; i++) {
            key.part = (dn_part)((int)(norm ? DN_PART_NORM_WEIGHT : DN_PART_LINEAR_WEIGHT) + i);
            match->pairs[match->pair_count++] = (dn_pair){key, module->tensors[i]};
        }
    }
}

/* In the file's order. */
static int by_place(const void *a, const void *b)
{
    const dn_tensor *first = *(const dn_tensor *const *)a, *second = *(const dn_tensor *const *)b;
    return (first > second) - (first < second);
}

/* The tensors that have a key of the head, and perhaps those that have none. */
static void gather(dn_head_work *w, bool rest)
{
    const dn_match *match = w->match;
    w->tensor_count = 0;
    for (size_t i = 0; i < match->pair_count; i++)
        if (match->pairs[i].key.role == DN_ROLE_HEAD)
            w->tensors[w->tensor_count++] = match->pairs[i].tensor;
    for (size_t i = 0; rest && i < match->rest_count; i++)
        w->tensors[w->tensor_count++] = match->rest[i];
    qsort(w->tensors, w->tensor_count, sizeof *w->tensors, by_place);
}

static void find_norm(dn_head_work *w)
{
    for (size_t i = 0; i < w->match->pair_count; i++) {
        const dn_pair *pair = &w->match->pairs[i];
        if (pair->key.role != DN_ROLE_FINAL || pair->key.part != DN_PART_NORM_WEIGHT)
            continue;
        w->norm = pair->tensor->name;
        w->norm_length = dn_parent_length(w->norm, strlen(w->norm));
    }
}

static dn_status read_head(dn_head_work *w, bool rest)
{
    w->head = (dn_head){0};
    w->linear_final = false;
    w->facts = (dn_head_facts){0};
    dn_modules_free(&w->modules);
    gather(w, rest);
    if (w->tensor_count == 0)
        return dn_end_without_head(w);
    DN_TRY(dn_modules_group(w->tensors, w->tensor_count, &w->modules));
    for (size_t i = 0; i < w->modules.count; i++) {
        dn_module *module = &w->modules.items[i];
        if (module->kind == DN_MODULE_CONV && module->kernel == 1)
            module->kind = DN_MODULE_LINEAR;
    }
    return build_head(w);
}

static void drop_keys(dn_match *match)
{
    size_t kept = 0;
    for (size_t i = 0; i < match->pair_count; i++)
        if (match->pairs[i].key.role != DN_ROLE_HEAD)
            match->pairs[kept++] = match->pairs[i];
    match->pair_count = kept;
}

static void assume_usual(dn_head_work *w)
{
    w->head = (dn_head){0};
    w->facts = (dn_head_facts){0};
    w->classes = 0;
    for (size_t i = 0; i < w->match->pair_count; i++) {
        const dn_pair *pair = &w->match->pairs[i];
        if (pair->key.role == DN_ROLE_HEAD && pair->key.part == DN_PART_LINEAR_WEIGHT &&
            pair->tensor->rank > 0 && pair->tensor->shape[0] <= 1000000)
            w->classes = (int)pair->tensor->shape[0];
    }
}

/* All that is left may be the head, or what has its names, or nothing. */
static dn_status find_head(dn_head_work *w)
{
    dn_match *match = w->match;
    bool rest = true;
    dn_status status = read_head(w, true);
    if (status == DN_ERROR_MISMATCH && !w->unsupported && match->rest_count) {
        strncpy(match->head_fault, dn_last_error(), sizeof match->head_fault - 1);
        rest = false;
        status = read_head(w, false);
    }
    if (status == DN_ERROR_MISMATCH && !w->unsupported && match->rest_count) {
        assume_usual(w); /* for the list of what is missing and left over */
        return DN_OK;
    }
    if (status != DN_OK)
        return status;
    simplify(w);
    w->classes = classes_of(w);
    drop_keys(match);
    add_pairs(w);
    if (rest)
        match->rest_count = 0;
    return DN_OK;
}

dn_status dn_match_head(dn_match *match, const dn_tensor_file *file, dn_arch *arch,
                        dn_head_facts *facts)
{
    dn_head_work w = {.match = match, .arch = arch, .file = file, .asked = arch->head, .norm = ""};
    find_norm(&w);
    DN_TRY(dn_recorded_modules_find(file, &w.recorded));
    dn_status status =
        dn_calloc(match->pair_count + match->rest_count + 1, sizeof *w.tensors, &w.tensors);
    if (status == DN_OK)
        status = find_head(&w);
    if (status == DN_OK) {
        arch->classes = w.classes;
        arch->head = w.head;
        arch->linear_final = w.linear_final;
        *facts = w.facts;
    }
    free(w.tensors);
    dn_modules_free(&w.modules);
    dn_recorded_modules_free(&w.recorded);
    return status;
}
