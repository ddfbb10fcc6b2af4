/* SPDX-License-Identifier: MIT */
/* Keras' two layouts of a file's groups. */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 256, MOST_PARTS = 8 };

static const char *part_of(const dn_output *output)
{
    const char *slash = strrchr(output->name, '/');
    return slash ? slash + 1 : output->name;
}

static void copy_layer(const dn_output *output, char layer[NAME_SIZE])
{
    size_t length = (size_t)(part_of(output) - output->name);
    snprintf(layer, NAME_SIZE, "%.*s", (int)(length ? length - 1 : 0), output->name);
}

/* How many outputs from this one on are of its layer. */
static size_t layer_length(const dn_hdf5_maker *m, size_t first)
{
    size_t end = first, length = (size_t)(part_of(&m->outputs[first]) - m->outputs[first].name);
    while (end < m->count && (size_t)(part_of(&m->outputs[end]) - m->outputs[end].name) == length &&
           memcmp(m->outputs[end].name, m->outputs[first].name, length) == 0)
        end++;
    return end - first;
}

/* --------------------------------------------------------------- layers by classes */

static dn_status add_numbered(dn_hdf5_maker *m, dn_hdf5_item *layers, size_t first, size_t count)
{
    static const char *const classes[] = {"batch_normalization", "dense", "conv2d"};
    int class = m->outputs[first].rank / 2, number = m->numbers[class]++;
    char name[NAME_SIZE];
    dn_hdf5_item *group, *vars;
    snprintf(name, sizeof name, number ? "%s_%d" : "%s", classes[class], number);
    DN_TRY(dn_hdf5_add_group(m, layers, name, &group));
    DN_TRY(dn_hdf5_add_group(m, group, "vars", &vars));
    copy_layer(&m->outputs[first], name);
    DN_TRY(dn_hdf5_add_text(m, vars, "name", name));
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%zu", i);
        DN_TRY(dn_hdf5_add_dataset(m, vars, name, &m->outputs[first + i]));
    }
    return DN_OK;
}

dn_status dn_hdf5_add_by_classes(dn_hdf5_maker *m)
{
    dn_hdf5_item *layers;
    DN_TRY(dn_hdf5_add_group(m, m->root, "layers", &layers));
    for (size_t i = 0, count; i < m->count; i += count) {
        count = layer_length(m, i);
        DN_TRY(add_numbered(m, layers, i, count));
    }
    return DN_OK;
}

/* ---------------------------------------------------------------- layers by names */

/* The datasets lie below the layer's group under all of their names, as in Keras' own files. */
static dn_status add_named(dn_hdf5_maker *m, const char *layer, size_t first, size_t count)
{
    const char *names[MOST_PARTS] = {NULL};
    dn_hdf5_item *group, *inner;
    if (count > MOST_PARTS)
        return dn_fail(DN_ERROR_LIMIT, "a layer of %zu tensors", count);
    DN_TRY(dn_hdf5_add_group(m, m->root, layer, &group));
    DN_TRY(dn_hdf5_add_group(m, group, layer, &inner));
    for (size_t i = 0; i < count; i++) {
        names[i] = m->outputs[first + i].name;
        DN_TRY(
            dn_hdf5_add_dataset(m, inner, part_of(&m->outputs[first + i]), &m->outputs[first + i]));
    }
    return dn_hdf5_add_texts(m, group, "weight_names", names, count, false);
}

static dn_status add_layers(dn_hdf5_maker *m, char (*names)[NAME_SIZE], const char **list)
{
    size_t layers = 0;
    for (size_t i = 0, count; i < m->count; i += count, layers++) {
        count = layer_length(m, i);
        copy_layer(&m->outputs[i], names[layers]);
        list[layers] = names[layers];
        DN_TRY(add_named(m, names[layers], i, count));
    }
    return dn_hdf5_add_texts(m, m->root, "layer_names", list, layers, false);
}

dn_status dn_hdf5_add_by_names(dn_hdf5_maker *m)
{
    char(*names)[NAME_SIZE] = NULL;
    const char **list = NULL;
    dn_status status = dn_calloc(m->count, sizeof *names, &names);
    if (status == DN_OK)
        status = dn_calloc(m->count, sizeof *list, &list);
    if (status == DN_OK)
        status = add_layers(m, names, list);
    if (status == DN_OK)
        status = dn_hdf5_add_text(m, m->root, "backend", "tensorflow");
    if (status == DN_OK)
        status = dn_hdf5_add_text(m, m->root, "keras_version", "2.15.0");
    free(names);
    free(list);
    return status;
}
