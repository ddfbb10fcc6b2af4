/* SPDX-License-Identifier: MIT */
#include "loading/keras/keras_layers.h"

#include "base/json.h"
#include "base/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { MOST_DEPTH = 8, MOST_NESTING = 16, MOST_INPUTS = 512, STEPS_PER_LAYER = 4096 };

bool dn_keras_is_model(const dn_keras_layer *layer)
{
    static const char *const classes[] = {"Functional", "Model", "Sequential"};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcmp(layer->class, classes[i]) == 0)
            return true;
    return false;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* -------------------------------------------------------------- who reads whom */

/* The layers that one layer reads. */
typedef struct inputs {
    const char *names[MOST_INPUTS];
    size_t count;
} inputs;

/* References are lists of a name and two numbers, wherever they are. */
static void collect_inputs(const json_t *json, int depth, inputs *found)
{
    size_t i;
    const char *key;
    json_t *item;
    if (depth == MOST_NESTING)
        return;
    if (json_is_string(json_array_get(json, 0)) && json_is_integer(json_array_get(json, 1))) {
        if (found->count < MOST_INPUTS)
            found->names[found->count++] = json_string_value(json_array_get(json, 0));
        return;
    }
    if (json_is_array(json))
        json_array_foreach(json, i, item) collect_inputs(item, depth + 1, found);
    else
        json_object_foreach((json_t *)json, key, item) collect_inputs(item, depth + 1, found);
}

static size_t find_input(const inputs *found, const char *name)
{
    size_t i = 0;
    while (i < found->count && strcmp(found->names[i], name) != 0)
        i++;
    return i;
}

/* The order of a chain's Concatenate layers, which read what came before and the new maps. */
static void count_order(dn_keras_layers *layers, const inputs *read, const char *before)
{
    size_t place = find_input(read, before);
    layers->last += place == read->count - 1;
    layers->first += place == 0;
}

/* A layer's place in its model: whether it reads the layer before it, and nothing else but what
 * a Concatenate joins to that. */
static bool follows(dn_keras_layers *layers, const dn_keras_layer *item, const char *before)
{
    inputs read = {.count = 0};
    collect_inputs(item->nodes, 0, &read);
    if (!before)
        return true;
    bool joins = strcmp(item->class, "Concatenate") == 0 && read.count > 1;
    if (joins)
        count_order(layers, &read, before);
    return find_input(&read, before) < read.count && (read.count == 1 || joins);
}

static bool ends_in(const json_t *config, const char *last)
{
    inputs made = {.count = 0};
    collect_inputs(json_object_get(config, "output_layers"), 0, &made);
    return made.count == 1 && last && strcmp(made.names[0], last) == 0;
}

/* ---------------------------------------------------------------------- layers */

/* Keras' to_snake_case: "BatchNormalization" is batch_normalization, "Conv2D" is conv2d. */
static void snake(const char *class, char *text, size_t size)
{
    size_t length = 0;
    for (const char *at = class; *at && length + 2 < size; at++) {
        bool upper = isupper((unsigned char)*at);
        bool begins = upper && islower((unsigned char)at[1]) && at > class;
        bool follows_lower = upper && at > class && islower((unsigned char)at[-1]);
        if ((begins || follows_lower) && length && text[length - 1] != '_')
            text[length++] = '_';
        if (isalnum((unsigned char)*at) || *at == '_')
            text[length++] = (char)tolower((unsigned char)*at);
    }
    text[length] = '\0';
}

/* The number of a layer among its model's of one class. */
static dn_status name_group(dn_keras_layers *layers, size_t parent, dn_keras_layer *item)
{
    char kind[96], text[128], *copy;
    int before = 0;
    snake(item->class, kind, sizeof kind);
    for (size_t i = parent + 1; i < layers->count; i++)
        before +=
            layers->items[i].parent == parent && strcmp(layers->items[i].class, item->class) == 0;
    snprintf(text, sizeof text, before ? "%s_%d" : "%s", kind, before);
    DN_TRY(dn_pool_copy(&layers->file->pool, text, strlen(text), &copy));
    item->group = copy;
    return DN_OK;
}

static dn_status copy_text(const dn_keras_layers *layers, const char *text, const char **copy)
{
    char *made;
    DN_TRY(dn_pool_copy(&layers->file->pool, text, strlen(text), &made));
    *copy = made;
    return DN_OK;
}

static dn_status make_path(const dn_keras_layers *layers, size_t parent, dn_keras_layer *item)
{
    const char *above = layers->items[parent].path;
    size_t size = strlen(above) + strlen(item->name) + 2;
    char *path;
    DN_TRY(dn_pool_alloc(&layers->file->pool, size, 1, &path));
    snprintf(path, size, "%s%s%s", above, *above ? "." : "", item->name);
    item->path = path;
    return DN_OK;
}

/* Names are the layer's own or its configuration's, by the year; dots would look like paths. */
static dn_status fill_layer(dn_keras_layers *layers, const json_t *layer, size_t parent,
                            dn_keras_layer *item)
{
    const json_t *config = json_object_get(layer, "config");
    const char *name = text_of(layer, "name");
    char *own;
    if (!*name)
        name = text_of(config, "name");
    DN_TRY(dn_pool_copy(&layers->file->pool, name, strlen(name), &own));
    for (char *at = own; *at; at++)
        if (*at == '.')
            *at = '_';
    *item = (dn_keras_layer){.name = own,
                             .referred = name,
                             .config = config,
                             .nodes = json_object_get(layer, "inbound_nodes"),
                             .parent = parent,
                             .path = ""};
    return copy_text(layers, text_of(layer, "class_name"), &item->class);
}

static dn_status add_layer(dn_keras_layers *layers, const dn_keras_layer *item)
{
    DN_TRY(dn_pool_grow(&layers->file->pool, sizeof *item, layers->count, &layers->capacity,
                        &layers->items));
    layers->items[layers->count++] = *item;
    return DN_OK;
}

static dn_status add_model(dn_keras_layers *layers, const json_t *config, size_t model, int depth);

static dn_status add_child(dn_keras_layers *layers, const json_t *layer, size_t model, int depth,
                           const char **before, bool *chain)
{
    dn_keras_layer item;
    DN_TRY(dn_budget_take_steps(&layers->file->budget, STEPS_PER_LAYER + layers->count));
    DN_TRY(fill_layer(layers, layer, model, &item));
    DN_TRY(make_path(layers, model, &item));
    DN_TRY(name_group(layers, model, &item));
    if (strcmp(item.class, "InputLayer") != 0) {
        bool sequential = strcmp(layers->items[model].class, "Sequential") == 0;
        *chain &= sequential || follows(layers, &item, *before);
        *before = item.referred;
    }
    size_t place = layers->count;
    DN_TRY(add_layer(layers, &item));
    if (dn_keras_is_model(&item))
        DN_TRY(add_model(layers, item.config, place, depth + 1));
    layers->items[place].end = layers->count;
    return DN_OK;
}

/* A Sequential's configuration was once the list of its layers itself. */
static dn_status add_model(dn_keras_layers *layers, const json_t *config, size_t model, int depth)
{
    const json_t *list = json_is_array(config) ? config : json_object_get(config, "layers");
    const char *before = NULL;
    bool chain = true;
    size_t i;
    json_t *layer;
    if (depth > MOST_DEPTH)
        return dn_fail(DN_ERROR_LIMIT, "has models within models, %d deep", MOST_DEPTH);
    json_array_foreach(list, i, layer)
        DN_TRY(add_child(layers, layer, model, depth, &before, &chain));
    bool sequential = strcmp(layers->items[model].class, "Sequential") == 0;
    layers->items[model].chain = chain && (sequential || ends_in(config, before));
    return DN_OK;
}

static dn_status add_root(dn_keras_layers *layers)
{
    dn_keras_layer root;
    DN_TRY(fill_layer(layers, layers->json, DN_KERAS_NO_PARENT, &root));
    if (!dn_keras_is_model(&root))
        return DN_OK;
    DN_TRY(add_layer(layers, &root));
    DN_TRY(add_model(layers, root.config, 0, 1));
    layers->items[0].end = layers->count;
    return DN_OK;
}

dn_status dn_keras_layers_read(dn_tensor_file *file, dn_keras_layers *layers)
{
    static const char *const places[] = {"config.json", "@model_config"};
    *layers = (dn_keras_layers){.file = file};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const dn_value *value = dn_tensor_file_value(file, places[i]);
        if (!value || !value->texts)
            continue;
        DN_TRY(dn_json_parse(value->texts[0], strlen(value->texts[0]), "its model's configuration",
                             &file->budget, &layers->json));
        return add_root(layers);
    }
    return DN_OK;
}

void dn_keras_layers_free(dn_keras_layers *layers)
{
    json_decref(layers->json);
    *layers = (dn_keras_layers){0};
}
