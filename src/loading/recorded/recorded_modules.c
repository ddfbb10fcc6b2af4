/* SPDX-License-Identifier: MIT */
#include "loading/recorded/recorded_modules.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* No network records as many. */
enum { MOST_MODULES = 16384 };

static const char marker[] = "__class__";

/* The length of the path of the module whose class this value is, or -1. */
static ptrdiff_t module_path(const dn_value *value)
{
    const char *last = dn_last_component(value->path);
    if (!value->texts || strcmp(last, marker) != 0)
        return -1;
    return last == value->path ? 0 : last - value->path - 1;
}

/* The classes of these are what their names say; others may do anything. TorchScript has the same
 * names below __torch__, with numbers between: "conv.___torch_mangle_3.Conv2d". */
static const char *class_name(const char *class)
{
    static const char script[] = "__torch__.";
    static const char *const packages[] = {"torch.nn.modules.", "fastai.layers."};
    if (strncmp(class, script, sizeof script - 1) == 0)
        class += sizeof script - 1;
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (strncmp(class, packages[i], strlen(packages[i])) == 0)
            return dn_last_component(class);
    return "";
}

static bool lies_below(const char *path, const dn_recorded_module *module)
{
    return module->path_length == 0 || (strncmp(path, module->path, module->path_length) == 0 &&
                                        path[module->path_length] == '.');
}

static void add(dn_recorded_modules *modules, size_t index, size_t path_length)
{
    const dn_value *value = &modules->file->values[index];
    modules->items[modules->count++] = (dn_recorded_module){.path = value->path,
                                                            .path_length = path_length,
                                                            .class = class_name(value->texts[0]),
                                                            .leaf = true,
                                                            .first_value = index + 1,
                                                            .end_value = index + 1};
}

/* Shorter paths first: what differs is seen from the length, of most. */
static int compare_paths(const dn_recorded_module *a, const char *path, size_t length)
{
    if (a->path_length != length)
        return a->path_length < length ? -1 : 1;
    return memcmp(a->path, path, length);
}

/* Of one path the first that was recorded comes first. */
static int by_path(const void *a, const void *b)
{
    const dn_recorded_module *left = *(const dn_recorded_module *const *)a,
                             *right = *(const dn_recorded_module *const *)b;
    int order = compare_paths(left, right->path, right->path_length);
    return order ? order : (left > right) - (left < right);
}

static void sort_paths(dn_recorded_modules *modules)
{
    for (size_t i = 0; i < modules->count; i++)
        modules->by_path[i] = &modules->items[i];
    if (modules->count)
        qsort(modules->by_path, modules->count, sizeof *modules->by_path, by_path);
}

void dn_recorded_modules_free(dn_recorded_modules *modules)
{
    free(modules->items);
    free(modules->by_path);
    *modules = (dn_recorded_modules){0};
}

dn_status dn_recorded_modules_find(const dn_tensor_file *file, dn_recorded_modules *modules)
{
    size_t count = 0;
    for (size_t i = 0; i < file->value_count; i++)
        count += module_path(&file->values[i]) >= 0;
    *modules = (dn_recorded_modules){.file = file};
    if (count > MOST_MODULES)
        return dn_fail(DN_ERROR_LIMIT, "records more than %d modules", MOST_MODULES);
    dn_status status = dn_calloc(count, sizeof *modules->items, &modules->items);
    if (status == DN_OK)
        status = dn_calloc(count, sizeof *modules->by_path, &modules->by_path);
    if (status != DN_OK) {
        dn_recorded_modules_free(modules);
        return status;
    }
    dn_recorded_module *last = NULL;
    for (size_t i = 0; i < file->value_count; i++) {
        ptrdiff_t length = module_path(&file->values[i]);
        if (length >= 0) {
            if (last && lies_below(file->values[i].path, last))
                last->leaf = (size_t)length == last->path_length;
            add(modules, i, (size_t)length);
            last = &modules->items[modules->count - 1];
        } else if (last && lies_below(file->values[i].path, last)) {
            last->end_value = i + 1;
        }
    }
    sort_paths(modules);
    return DN_OK;
}

size_t dn_recorded_index(const dn_recorded_modules *modules, const char *path, size_t length)
{
    size_t begin = 0, end = modules->count;
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (compare_paths(modules->by_path[middle], path, length) < 0)
            begin = middle + 1;
        else
            end = middle;
    }
    bool found =
        begin < modules->count && compare_paths(modules->by_path[begin], path, length) == 0;
    return found ? (size_t)(modules->by_path[begin] - modules->items) : modules->count;
}

static const dn_recorded_module *find(const dn_recorded_modules *modules, const char *path,
                                      size_t length)
{
    size_t index = dn_recorded_index(modules, path, length);
    return index < modules->count ? &modules->items[index] : NULL;
}

const char *dn_recorded_class_path(const dn_recorded_modules *modules,
                                   const dn_recorded_module *module)
{
    return modules->file->values[module->first_value - 1].texts[0];
}

const char *dn_recorded_class(const dn_recorded_modules *modules, const dn_recorded_module *module)
{
    return dn_last_component(dn_recorded_class_path(modules, module));
}

size_t dn_parent_length(const char *path, size_t length)
{
    while (length > 0 && path[length - 1] != '.')
        length--;
    return length > 0 ? length - 1 : 0;
}

const dn_recorded_module *dn_recorded_module_of(const dn_recorded_modules *modules,
                                                const dn_tensor *tensor)
{
    return find(modules, tensor->name, dn_parent_length(tensor->name, strlen(tensor->name)));
}

const dn_recorded_module *dn_recorded_parent(const dn_recorded_modules *modules,
                                             const dn_recorded_module *module)
{
    return module->path_length
               ? find(modules, module->path, dn_parent_length(module->path, module->path_length))
               : NULL;
}

const dn_value *dn_recorded_attribute(const dn_recorded_modules *modules,
                                      const dn_recorded_module *module, const char *name)
{
    for (size_t i = module->first_value; i < module->end_value; i++)
        if (strcmp(dn_last_component(modules->file->values[i].path), name) == 0)
            return &modules->file->values[i];
    return NULL;
}
