/* SPDX-License-Identifier: MIT */
#include "loading/keras/keras_translation.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------- writing */

static dn_status join(const dn_keras_translation *t, const char *ending, char **path)
{
    size_t size = strlen(t->layer->path) + strlen(ending) + 2;
    const char *between = *t->layer->path && ending[0] != '/' ? "." : "";
    DN_TRY(dn_pool_alloc(&t->file->pool, size, 1, path));
    snprintf(*path, size, "%s%s%s", t->layer->path, between, ending);
    return DN_OK;
}

dn_status dn_keras_add_class(const dn_keras_translation *t, const char *ending, const char *package,
                             const char *class)
{
    char text[128], *path;
    DN_TRY(join(t, ending, &path));
    snprintf(text, sizeof text, "%s.%.80s", package, class);
    return dn_tensor_file_add_text(t->file, path, text);
}

dn_status dn_keras_add_numbers(const dn_keras_translation *t, const char *name,
                               const double *numbers, size_t count)
{
    char *path;
    double *copy;
    DN_TRY(join(t, name, &path));
    DN_TRY(dn_pool_alloc(&t->file->pool, count, sizeof *copy, &copy));
    memcpy(copy, numbers, count * sizeof *copy);
    return dn_tensor_file_add_value(t->file,
                                    &(dn_value){.path = path, .count = count, .numbers = copy});
}

dn_status dn_keras_add_number(const dn_keras_translation *t, const char *name, double number)
{
    return dn_keras_add_numbers(t, name, &number, 1);
}

/* A class of torch.nn. */
dn_status dn_keras_be(const dn_keras_translation *t, const char *class)
{
    return dn_keras_add_class(t, "__class__", "torch.nn.modules", class);
}

dn_status dn_keras_be_itself(const dn_keras_translation *t)
{
    return dn_keras_add_class(t, "__class__", "keras.layers", t->layer->class);
}

/* ------------------------------------------------------------------- reading */

const char *dn_keras_text(const dn_keras_translation *t, const char *key)
{
    const char *text = json_string_value(json_object_get(t->layer->config, key));
    return text ? text : "";
}

double dn_keras_number(const dn_keras_translation *t, const char *key, double unsaid)
{
    const json_t *number = json_object_get(t->layer->config, key);
    return json_is_number(number) ? json_number_value(number) : unsaid;
}

/* One or two numbers, as a size or a stride. */
dn_status dn_keras_copy_pair(const dn_keras_translation *t, const char *key, const char *name,
                             double unsaid)
{
    const json_t *given = json_object_get(t->layer->config, key);
    double pair[2] = {unsaid, unsaid};
    if (json_is_number(given))
        pair[0] = pair[1] = json_number_value(given);
    for (size_t i = 0; i < 2 && json_array_size(given) == 2; i++)
        pair[i] = json_number_value(json_array_get(given, i));
    return dn_keras_add_numbers(t, name, pair, 2);
}

double dn_keras_first(const dn_keras_translation *t, const char *key)
{
    const json_t *given = json_object_get(t->layer->config, key);
    return json_number_value(json_is_array(given) ? json_array_get(given, 0) : given);
}

/* The zeros around what a window sees. "same" adds those at one side only where the stride is
 * not 1, as no module of PyTorch does. */
dn_status dn_keras_add_padding(const dn_keras_translation *t, double stride)
{
    bool same = strcmp(dn_keras_text(t, "padding"), "same") == 0;
    if (!same)
        return dn_keras_add_number(t, "padding", t->padding);
    char *path;
    DN_TRY(join(t, "padding", &path));
    return dn_tensor_file_add_text(t->file, path,
                                   stride == 1 && t->padding == 0 ? "same" : "same, by strides");
}
