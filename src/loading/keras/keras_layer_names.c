/* SPDX-License-Identifier: MIT */
/* Groups that have their layers' names. */
#include "loading/keras/keras_naming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static dn_keras_placed *find_tensor(const dn_keras_naming *n, const char *path)
{
    dn_keras_placed key = {.path = path};
    return n->count ? bsearch(&key, n->items, n->count, sizeof key, dn_keras_by_path) : NULL;
}

/* Whether a text is a name, or ends in it after a slash. */
static bool ends_in(const char *text, size_t length, const char *name)
{
    size_t span = strlen(name);
    return length >= span && memcmp(text + length - span, name, span) == 0 &&
           (length == span || text[length - span - 1] == '/');
}

/* The layer of this path in the model; the model's number of layers if there is none. */
static size_t find_layer(const dn_keras_naming *n, const char *path)
{
    size_t i = 0;
    while (i < n->layers->count && strcmp(n->layers->items[i].path, path) != 0)
        i++;
    return i;
}

/* The layer within a nested model whose name ends a weight's; of several the longest. */
static size_t find_nested(const dn_keras_naming *n, size_t model, const char *name, size_t length)
{
    size_t best = n->layers->count;
    for (size_t i = model + 1; i < n->layers->items[model].end; i++)
        if (ends_in(name, length, n->layers->items[i].name) &&
            (best == n->layers->count ||
             strlen(n->layers->items[i].name) > strlen(n->layers->items[best].name)))
            best = i;
    return best;
}

/* Where a weight of a layer's group belongs if it is not the layer's own: "densenet121.bn". */
static dn_status join_path(const dn_keras_naming *n, const char *layer, const char *inner,
                           size_t length, const char **path)
{
    size_t within = strlen(layer);
    char *joined;
    if (length > within && memcmp(inner, layer, within) == 0 && inner[within] == '/') {
        inner += within + 1;
        length -= within + 1;
    }
    size_t size = within + length + 2;
    DN_TRY(dn_pool_alloc(&n->file->pool, size, 1, &joined));
    snprintf(joined, size, "%s.%.*s", layer, (int)length, inner);
    *path = joined;
    return DN_OK;
}

/* "conv1_bn/gamma:0" of the group "conv1_bn": the layer, or one nested in it, and the part. */
static dn_status name_weight(dn_keras_naming *n, dn_keras_placed *item, const char *layer,
                             const char *weight)
{
    const dn_keras_layers *layers = n->layers;
    const char *slash = strrchr(weight, '/'), *last = slash ? slash + 1 : weight, *path = layer;
    size_t length = slash ? (size_t)(slash - weight) : 0, index = find_layer(n, layer);
    char part[64];
    snprintf(part, sizeof part, "%.*s", (int)(strcspn(last, ":") & 63), last);
    if (index < layers->count && layers->items[index].end > index + 1) {
        size_t nested = find_nested(n, index, weight, length);
        if (nested < layers->count) {
            path = layers->items[nested].path;
            item->part = nested;
        }
    } else if (index == layers->count && length && !ends_in(weight, length, layer)) {
        DN_TRY(join_path(n, layer, weight, length, &path));
    }
    return dn_keras_rename(n, item, path, part);
}

/* ------------------------------------------------------------ groups by layers */

/* The place of a layer in "layer_names", or of what is not there after all others; *compared: with
 * how many names. */
static size_t place_of(const dn_keras_naming *n, const char *layer, size_t *compared)
{
    static const char key[] = "layer_names";
    size_t base = strlen(n->base), place = 0, found = SIZE_MAX;
    size_t length = base ? base - 1 : 0;
    for (size_t i = 0; i < n->file->value_count && found == SIZE_MAX; i++) {
        const dn_value *value = &n->file->values[i];
        const char *at = strchr(value->path, '@');
        if (!at || !value->texts || (size_t)(at - value->path) != length ||
            strncmp(value->path, n->base, length) != 0 || strncmp(at + 1, key, sizeof key - 1) != 0)
            continue;
        for (size_t t = 0; t < value->count && found == SIZE_MAX; t++, place++)
            if (strcmp(value->texts[t], layer) == 0)
                found = place;
    }
    *compared = place;
    return found;
}

static dn_status name_group(dn_keras_naming *n, const dn_value *value, const char *at)
{
    char layer[DN_KERAS_NAME_SIZE], path[2 * DN_KERAS_NAME_SIZE];
    size_t base = strlen(n->base), length = (size_t)(at - value->path);
    if (length <= base || length >= sizeof layer || strncmp(value->path, n->base, base) != 0)
        return DN_OK;
    memcpy(path, value->path, length);
    path[length] = '\0';
    memcpy(layer, path + base, length - base + 1);
    path[length] = '/';
    DN_TRY(dn_budget_take_steps(&n->file->budget,
                                DN_KERAS_STEPS_PER_NAME + 16 * n->file->value_count));
    size_t compared, place = place_of(n, layer, &compared);
    DN_TRY(dn_budget_take_steps(&n->file->budget, 8 * compared));
    for (size_t i = 0; i < value->count; i++) {
        size_t span = strlen(value->texts[i]);
        if (span >= DN_KERAS_NAME_SIZE)
            continue;
        memcpy(path + length + 1, value->texts[i], span + 1);
        dn_keras_placed *item = find_tensor(n, path);
        DN_TRY(dn_budget_take_steps(&n->file->budget, DN_KERAS_STEPS_PER_NAME));
        if (!item || item->named)
            continue;
        item->layer = place;
        item->number = i;
        DN_TRY(name_weight(n, item, layer, value->texts[i]));
    }
    return DN_OK;
}

dn_status dn_keras_name_by_layers(dn_keras_naming *n)
{
    static const char key[] = "weight_names";
    for (size_t i = 0; i < n->file->value_count; i++) {
        const dn_value *value = &n->file->values[i];
        const char *at = strchr(value->path, '@');
        if (at && value->texts && strncmp(at + 1, key, sizeof key - 1) == 0)
            DN_TRY(name_group(n, value, at));
    }
    return DN_OK;
}
