/* SPDX-License-Identifier: MIT */
/* The walk over a pickled object. */
#include "tensors/torch/flatten_place.h"

#include <stdio.h>

/* A graph of shared lists has more paths than nodes, exponentially more if it
 * is hostile. */
#define MAX_VISITS (1 << 20)
#define MAX_ITEMS (1 << 26) /* items of lists that were searched, counted each time */
#define MAX_DEPTH 64

/* Where the walk is: which dictionary the tensors here belong to, and whether
 * an object around this place has said so. */
typedef struct scope {
    size_t length;
    bool of_object;
} scope;

/* The scope of everything in the dictionary or object at the current path. */
static scope scope_here(const dn_flat_walk *w, bool of_object)
{
    return (scope){w->length ? w->length + 1 : 0, of_object};
}

/* Called before a list or dictionary is walked: it may be shared, and long. */
static dn_status count_items(dn_flat_walk *w, const dn_pickle_node *list)
{
    w->items += list->list.count;
    if (w->items > MAX_ITEMS)
        return dn_fail(DN_ERROR_LIMIT, "its pickle describes more than %d items", MAX_ITEMS);
    return DN_OK;
}

static bool all_are(const dn_pickle_node *list, bool (*test)(const dn_pickle_node *))
{
    for (size_t i = 0; i < list->list.count; i++)
        if (!test(list->list.items[i]))
            return false;
    return list->list.count > 0;
}

static dn_status walk(dn_flat_walk *w, dn_pickle_node *node, scope at);

static dn_status walk_entries(dn_flat_walk *w, const dn_pickle_node *dict, scope at)
{
    DN_TRY(count_items(w, dict));
    for (size_t i = 0; i + 1 < dict->list.count; i += 2) {
        char buffer[24];
        const char *text;
        size_t length, before = 0;
        if (!dn_flat_key(dict->list.items[i], buffer, &text, &length))
            continue;
        DN_TRY(dn_flat_enter(w, text, length, &before));
        DN_TRY(walk(w, dict->list.items[i + 1], at));
        dn_flat_leave(w, before);
    }
    return DN_OK;
}

/* A tensor after its name in another place, as Paddle keeps one. */
static bool is_named_tensor(const dn_pickle_node *list)
{
    return list->list.count == 2 && dn_flat_is_text(list->list.items[0]) &&
           list->list.items[1]->kind == DN_PICKLE_TENSOR;
}

static dn_status walk_list(dn_flat_walk *w, const dn_pickle_node *list, scope at)
{
    DN_TRY(count_items(w, list));
    if (is_named_tensor(list))
        return dn_flat_add_tensor(w, list->list.items[1], at.length);
    if (all_are(list, dn_flat_is_number) || all_are(list, dn_flat_is_text))
        return dn_flat_add_value(w, list->list.items, list->list.count);
    for (size_t i = 0; i < list->list.count; i++) {
        char buffer[24];
        size_t before = 0;
        int length = snprintf(buffer, sizeof buffer, "%zu", i);
        DN_TRY(dn_flat_enter(w, buffer, (size_t)length, &before));
        DN_TRY(walk(w, list->list.items[i], scope_here(w, false)));
        dn_flat_leave(w, before);
    }
    return DN_OK;
}

/* A tensor, number, text, or list of either. */
static dn_status is_attribute(dn_flat_walk *w, const dn_pickle_node *value, bool *so)
{
    *so = dn_flat_is_number(value) || dn_flat_is_text(value) || value->kind == DN_PICKLE_TENSOR;
    if (value->kind != DN_PICKLE_LIST)
        return DN_OK;
    DN_TRY(count_items(w, value));
    *so = all_are(value, dn_flat_is_number) || all_are(value, dn_flat_is_text);
    return DN_OK;
}

static bool is_internal(const dn_pickle_node *key)
{
    return key->kind != DN_PICKLE_TEXT || key->text.size == 0 || key->text.data[0] == '_';
}

/* What a module without children computes, as far as numbers tell. */
static bool defines_function(const dn_pickle_node *key)
{
    static const char *const names[] = {
        "eps",          "kernel_size", "stride",      "padding",          "dilation",  "groups",
        "padding_mode", "ceil_mode",   "output_size", "divisor_override", "filt_size", "pad_mode"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (dn_pickle_node_is_text(key, names[i]))
            return true;
    return false;
}

/* Labels, thresholds and the like next to the parameters; of a module without
 * children only what defines its function, "?" where that is neither numbers nor text. */
static dn_status walk_attributes(dn_flat_walk *w, const dn_pickle_node *state, scope at, bool leaf)
{
    DN_TRY(count_items(w, state));
    for (size_t i = 0; i + 1 < state->list.count; i += 2) {
        const dn_pickle_node *key = state->list.items[i];
        dn_pickle_node *value = state->list.items[i + 1];
        size_t before = 0;
        bool wanted = leaf ? defines_function(key) : !is_internal(key), known = false;
        if (wanted)
            DN_TRY(is_attribute(w, value, &known));
        if (!wanted || (!known && (!leaf || value->kind == DN_PICKLE_NONE)))
            continue;
        DN_TRY(dn_flat_enter(w, key->text.data, key->text.size, &before));
        DN_TRY(known ? walk(w, value, at) : dn_tensor_file_add_text(w->file, w->path, "?"));
        dn_flat_leave(w, before);
    }
    return DN_OK;
}

/* torch.nn.Module keeps what state_dict() shows in three dictionaries; the
 * whole tree is one state, of the outermost module. */
static dn_status walk_module(dn_flat_walk *w, const dn_pickle_node *state, scope at)
{
    static const char *const parts[] = {"_parameters", "_buffers", "_modules"};
    for (int i = 0; i < 3; i++) {
        const dn_pickle_node *part = dn_pickle_node_get(state, parts[i]);
        if (part && part->kind == DN_PICKLE_DICT)
            DN_TRY(walk_entries(w, part, at));
    }
    const dn_pickle_node *children = dn_pickle_node_get(state, "_modules");
    bool leaf = !children || children->kind != DN_PICKLE_DICT || children->list.count == 0;
    return walk_attributes(w, state, at, leaf);
}

/* Objects inside an object, as a module's children are, share its scope. The class of each is
 * recorded, also of modules without tensors. */
static dn_status walk_object(dn_flat_walk *w, const dn_pickle_node *object, scope at)
{
    const dn_pickle_node *state = object->object.state, *contents = object->object.contents;
    bool has_state = state && state->kind == DN_PICKLE_DICT;
    if (!at.of_object || has_state)
        DN_TRY(dn_flat_add_class(w, object));
    if (!at.of_object)
        at = scope_here(w, true);
    if (contents && contents->kind == DN_PICKLE_DICT)
        DN_TRY(walk_entries(w, contents, at));
    else if (contents)
        DN_TRY(walk_list(w, contents, at));
    if (!has_state)
        return DN_OK;
    if (dn_pickle_node_get(state, "_modules") || dn_pickle_node_get(state, "_parameters"))
        return walk_module(w, state, at);
    return walk_entries(w, state, at);
}

static dn_status walk_node(dn_flat_walk *w, dn_pickle_node *node, scope at)
{
    switch (node->kind) {
    case DN_PICKLE_TENSOR:
        return dn_flat_add_tensor(w, node, at.length);
    case DN_PICKLE_DICT:
        return walk_entries(w, node, scope_here(w, false));
    case DN_PICKLE_LIST:
        return walk_list(w, node, at);
    case DN_PICKLE_OBJECT:
        return walk_object(w, node, at);
    case DN_PICKLE_BOOL:
    case DN_PICKLE_INT:
    case DN_PICKLE_FLOAT:
    case DN_PICKLE_TEXT:
        return dn_flat_add_value(w, &node, 1);
    default:
        return DN_OK;
    }
}

/* Nothing that is already on the path is entered again: a child may refer to
 * its parent. */
static dn_status walk(dn_flat_walk *w, dn_pickle_node *node, scope at)
{
    if (node->open)
        return DN_OK;
    if (++w->visits > MAX_VISITS)
        return dn_fail(DN_ERROR_LIMIT, "its pickle describes more than %d objects", MAX_VISITS);
    if (++w->depth > MAX_DEPTH)
        return dn_fail(DN_ERROR_LIMIT, "its pickle nests deeper than %d levels", MAX_DEPTH);
    node->open = true;
    dn_status status = walk_node(w, node, at);
    node->open = false;
    w->depth--;
    return status;
}

dn_status dn_flatten(dn_tensor_file *file, dn_pickle_node *root, dn_storage_locate *locate,
                     dn_class_describe *describe, void *context)
{
    dn_flat_walk w = {.file = file, .locate = locate, .describe = describe, .context = context};
    return walk(&w, root, (scope){0});
}
