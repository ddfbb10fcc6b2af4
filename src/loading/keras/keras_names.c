/* SPDX-License-Identifier: MIT */
#include "loading/keras/keras.h"
#include "loading/keras/keras_naming.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static int by_place(const void *a, const void *b)
{
    const dn_keras_placed *first = a, *second = b;
    const size_t places[][2] = {
        {first->named ? first->layer : SIZE_MAX, second->named ? second->layer : SIZE_MAX},
        {first->part, second->part},
        {first->number, second->number}};
    for (int i = 0; i < 3; i++)
        if (places[i][0] != places[i][1])
            return places[i][0] < places[i][1] ? -1 : 1;
    return dn_keras_by_path(a, b);
}

/* An optimiser's memory, metrics, and generators of random numbers. */
static bool is_of_training(const dn_keras_placed *item)
{
    static const char *const groups[] = {"optimizer", "metrics", "loss"};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strncmp(item->path, groups[i], strlen(groups[i])) == 0)
            return true;
    return strstr(item->path, "seed_generator") != NULL;
}

static dn_status name_all(dn_keras_naming *n)
{
    for (size_t i = 0; i < n->count; i++) {
        n->items[i].tensor = n->file->tensors[i];
        n->items[i].path = n->file->tensors[i].name;
        if (strncmp(n->items[i].path, "model_weights/", 14) == 0)
            n->base = "model_weights/";
    }
    qsort(n->items, n->count, sizeof *n->items, dn_keras_by_path);
    DN_TRY(dn_keras_name_by_layers(n));
    if (n->named == 0)
        DN_TRY(dn_keras_name_by_classes(n));
    if (n->named == 0)
        return DN_OK;
    qsort(n->items, n->count, sizeof *n->items, by_place);
    n->file->tensor_count = 0;
    for (size_t i = 0; i < n->count; i++)
        if (!is_of_training(&n->items[i]))
            n->file->tensors[n->file->tensor_count++] = n->items[i].tensor;
    return dn_check_tensor_names(n->file);
}

dn_status dn_keras_name_tensors(const dn_keras_layers *layers)
{
    dn_keras_naming n = {
        .layers = layers, .file = layers->file, .base = "", .count = layers->file->tensor_count};
    DN_TRY(dn_calloc(n.count, sizeof *n.items, &n.items));
    dn_status status = name_all(&n);
    free(n.items);
    return status;
}

bool dn_is_keras_file(const dn_tensor_file *file)
{
    return strcmp(file->format, "hdf5") == 0 || strcmp(file->format, "keras") == 0;
}

dn_status dn_keras_prepare(dn_tensor_file *file)
{
    dn_keras_layers layers;
    if (!dn_is_keras_file(file))
        return DN_OK;
    dn_status status = dn_keras_layers_read(file, &layers);
    if (status == DN_OK)
        status = dn_keras_name_tensors(&layers);
    if (status == DN_OK)
        status = dn_keras_add_modules(&layers);
    dn_keras_layers_free(&layers);
    return status;
}
