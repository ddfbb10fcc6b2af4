/* SPDX-License-Identifier: MIT */
/* Groups by class and number. */
#include "loading/keras/keras_naming.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Tensors of one layer: "layers/conv2d_1/vars/0" and on. */
typedef struct group {
    dn_keras_placed *items;
    size_t count;
    size_t length; /* of what leads to "/vars/0" */
} group;

static const char *part_of(const group *g, size_t number)
{
    static const char *const norm[] = {"gamma", "beta", "moving_mean", "moving_variance"};
    static const char *const linear[] = {"kernel", "bias"};
    if (g->count == 4 && g->items[0].tensor.rank == 1)
        return number < 4 ? norm[number] : "variable";
    return number < 2 && g->items[0].tensor.rank > 1 ? linear[number] : "variable";
}

/* The name that Keras records of the layer at a group, or else the group's own. path: what ends
 * in it, of which `end` bytes count. */
static const char *recorded_name(const dn_keras_naming *n, const char *path, size_t begin,
                                 size_t end, char text[DN_KERAS_NAME_SIZE])
{
    static const char attribute[] = "/vars@name";
    if (end + sizeof attribute > DN_KERAS_NAME_SIZE)
        return "";
    memcpy(text, path, end);
    memcpy(text + end, attribute, sizeof attribute);
    const dn_value *value = dn_tensor_file_value(n->file, text);
    text[end] = '\0';
    return value && value->texts ? value->texts[0] : text + begin;
}

static size_t find_child(const dn_keras_naming *n, size_t model, const char *name, size_t length)
{
    for (size_t i = model + 1; i < n->layers->count; i++) {
        const dn_keras_layer *layer = &n->layers->items[i];
        if (layer->parent == model && strlen(layer->group) == length &&
            memcmp(layer->group, name, length) == 0)
            return i;
    }
    return n->layers->count;
}

/* Follows a group's path from model to model: its layer in the configuration, if there is one,
 * and the name that it has. */
static size_t follow(const dn_keras_naming *n, const group *g, char path[DN_KERAS_NAME_SIZE])
{
    static const char *const lists[] = {"layers", "_layer_checkpoint_dependencies"};
    const char *whole = g->items[0].path;
    size_t layer = 0, length = 0;
    path[0] = '\0';
    for (size_t begin = 0, end; begin < g->length; begin = end + 1) {
        char text[DN_KERAS_NAME_SIZE];
        end = begin + strcspn(whole + begin, "/");
        size_t span = end - begin;
        bool list = false;
        for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
            list |= span == strlen(lists[i]) && memcmp(whole + begin, lists[i], span) == 0;
        if (list)
            continue;
        layer = layer < n->layers->count ? find_child(n, layer, whole + begin, span) : layer;
        if (layer < n->layers->count)
            length = (size_t)snprintf(path, DN_KERAS_NAME_SIZE, "%s", n->layers->items[layer].path);
        else
            length +=
                (size_t)snprintf(path + length, DN_KERAS_NAME_SIZE - length, "%s%s",
                                 length ? "." : "", recorded_name(n, whole, begin, end, text));
        if (length >= DN_KERAS_NAME_SIZE)
            length = DN_KERAS_NAME_SIZE - 1;
    }
    return layer;
}

/* The number at a group's end, as in "conv2d_12"; 0 of the first, which has none. */
static size_t number_of(const group *g)
{
    const char *path = g->items[0].path;
    size_t at = g->length, number = 0, scale = 1;
    for (; at > 0 && isdigit((unsigned char)path[at - 1]) && scale < 100000; at--, scale *= 10)
        number += scale * (size_t)(path[at - 1] - '0');
    return at > 0 && path[at - 1] == '_' ? number : 0;
}

/* Where no configuration says the order: each convolution after the first follows a norm, and the
 * first has one after it if there are more norms. */
static size_t guess_place(const group *g, bool stem_norm)
{
    size_t number = number_of(g), rank = (size_t)g->items[0].tensor.rank;
    if (rank == 4)
        return 2 * number + (stem_norm && number > 0);
    if (g->count == 4 && rank == 1)
        return stem_norm && number > 0 ? 2 * number : 2 * number + 1;
    return SIZE_MAX / 2 + number;
}

static size_t group_length(const char *path)
{
    static const char vars[] = "/vars";
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0, span = sizeof vars - 1;
    return length > span && memcmp(path + length - span, vars, span) == 0 ? length - span : 0;
}

static bool next_group(const dn_keras_naming *n, size_t *begin, group *g)
{
    while (*begin < n->count && !group_length(n->items[*begin].path))
        ++*begin;
    if (*begin == n->count)
        return false;
    *g = (group){.items = &n->items[*begin], .length = group_length(n->items[*begin].path)};
    for (; *begin < n->count && group_length(n->items[*begin].path) == g->length &&
           strncmp(n->items[*begin].path, g->items[0].path, g->length) == 0;
         ++*begin)
        g->count++;
    return true;
}

dn_status dn_keras_name_by_classes(dn_keras_naming *n)
{
    group g;
    int norms = 0, convolutions = 0;
    for (size_t i = 0; next_group(n, &i, &g);) {
        convolutions += g.items[0].tensor.rank == 4;
        norms += g.count == 4 && g.items[0].tensor.rank == 1;
    }
    for (size_t i = 0; next_group(n, &i, &g);) {
        char path[DN_KERAS_NAME_SIZE];
        DN_TRY(dn_budget_take_steps(&n->file->budget, DN_KERAS_STEPS_PER_NAME +
                                                          n->file->value_count +
                                                          16 * n->layers->count));
        size_t layer = follow(n, &g, path);
        for (size_t t = 0; t < g.count; t++) {
            g.items[t].layer =
                layer < n->layers->count ? layer : guess_place(&g, norms > convolutions);
            g.items[t].number = t;
            DN_TRY(dn_keras_rename(n, &g.items[t], path, part_of(&g, t)));
        }
    }
    return DN_OK;
}
