/* SPDX-License-Identifier: MIT */
#include "loading/modules.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { WEIGHT, BIAS, MEAN, VARIANCE, NO_ROLE };

/* Longer words before those they end in. */
static const struct {
    const char *word;
    int role;
} words[] = {
    {"running_mean", MEAN},
    {"moving_mean", MEAN},
    {"mean", MEAN},
    {"running_var", VARIANCE},
    {"moving_variance", VARIANCE},
    {"variance", VARIANCE},
    {"var", VARIANCE},
    {"weight", WEIGHT},
    {"kernel", WEIGHT},
    {"gamma", WEIGHT},
    {"scale", WEIGHT},
    {"w", WEIGHT},
    {"bias", BIAS},
    {"beta", BIAS},
    {"shift", BIAS},
    {"b", BIAS},
};

/* A tensor, and what the end of its name says. */
typedef struct member {
    const dn_tensor *tensor;
    size_t path_length; /* of the name, without that end */
    int role;
    size_t position;
} member;

static bool is_separator(char c)
{
    return c == '.' || c == '_' || c == '/' || c == '-';
}

static member describe(const dn_tensor *tensor, size_t position)
{
    size_t length = strlen(tensor->name);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t span = strlen(words[i].word);
        if (length <= span || strcmp(tensor->name + length - span, words[i].word) != 0 ||
            !is_separator(tensor->name[length - span - 1]))
            continue;
        return (member){tensor, length - span - 1, words[i].role, position};
    }
    return (member){tensor, length, NO_ROLE, position};
}

static int by_path(const void *a, const void *b)
{
    const member *first = a, *second = b;
    size_t shorter =
        first->path_length < second->path_length ? first->path_length : second->path_length;
    int order = memcmp(first->tensor->name, second->tensor->name, shorter);
    if (order)
        return order;
    if (first->path_length != second->path_length)
        return first->path_length < second->path_length ? -1 : 1;
    return (first->position > second->position) - (first->position < second->position);
}

static bool same_path(const member *a, const member *b)
{
    return a->path_length == b->path_length &&
           memcmp(a->tensor->name, b->tensor->name, a->path_length) == 0;
}

static bool is_conv(const dn_tensor *tensor)
{
    return tensor->rank == 4 && tensor->shape[2] == tensor->shape[3] &&
           tensor->shape[0] <= INT32_MAX && tensor->shape[1] <= INT32_MAX &&
           tensor->shape[2] % 2 == 1 && tensor->shape[2] <= 15;
}

static bool is_matrix(const dn_tensor *weight)
{
    return weight->rank == 2 && weight->shape[0] <= INT32_MAX && weight->shape[1] <= INT32_MAX;
}

static bool is_linear(const dn_tensor *weight, const dn_tensor *bias)
{
    return is_matrix(weight) && bias->rank == 1 && weight->shape[0] == bias->shape[0];
}

static bool is_norm(const dn_tensor *const tensors[4])
{
    for (int i = 0; i < 4; i++)
        if (tensors[i]->rank != 1 || tensors[i]->shape[0] != tensors[0]->shape[0] ||
            tensors[i]->shape[0] > INT32_MAX)
            return false;
    return true;
}

/* `count` tensors as a module; norms need all four. Only names tell a convolution's bias from
 * the first vector of the norm after it. */
static bool make_module(const dn_tensor *const tensors[4], int count, bool named, dn_module *module)
{
    const dn_tensor *first = tensors[0];
    *module = (dn_module){.path = first->name, .path_length = strlen(first->name)};
    bool biased = count == 2 && tensors[1]->rank == 1 && tensors[1]->shape[0] == first->shape[0];
    if (is_conv(first) && (count == 1 || (biased && named))) {
        module->kind = DN_MODULE_CONV;
        module->kernel = (int)first->shape[2];
    } else if (is_matrix(first) && (count == 1 || biased)) {
        module->kind = DN_MODULE_LINEAR;
    } else if (count == 2 && is_linear(tensors[1], tensors[0])) {
        return make_module((const dn_tensor *[4]){tensors[1], tensors[0]}, 2, named, module);
    } else if (count == 4 && is_norm(tensors)) {
        module->kind = DN_MODULE_NORM;
    } else {
        return false;
    }
    module->out = (int)first->shape[0];
    module->in = (int)first->shape[count != 4];
    memcpy(module->tensors, tensors, (size_t)count * sizeof *tensors);
    return true;
}

/* Members of one path, with each role at most once. */
static bool make_from_members(const member *members, size_t count, dn_module *module)
{
    const dn_tensor *tensors[4] = {0};
    if (count > 4)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (members[i].role == NO_ROLE || tensors[members[i].role])
            return false;
        tensors[members[i].role] = members[i].tensor;
    }
    for (size_t i = 0; i < count; i++)
        if (!tensors[i])
            return false;
    if (!make_module(tensors, (int)count, true, module))
        return false;
    module->path_length = members[0].path_length;
    return true;
}

/* Fills *modules in the order of paths; false if some path is not a module. */
static bool group_by_names(member *members, size_t count, dn_modules *modules, size_t *positions)
{
    qsort(members, count, sizeof *members, by_path);
    modules->count = 0;
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && same_path(&members[begin], &members[end]);)
            end++;
        if (!make_from_members(members + begin, end - begin, &modules->items[modules->count]))
            return false;
        positions[modules->count++] = members[begin].position;
    }
    return true;
}

/* Restores the tensors' order: each module goes to the place of its first
 * tensor, and the gaps are closed. */
static dn_status restore_order(dn_modules *modules, const size_t *positions, size_t tensor_count)
{
    dn_module *sparse;
    DN_TRY(dn_calloc(tensor_count, sizeof *sparse, &sparse));
    for (size_t i = 0; i < modules->count; i++)
        sparse[positions[i]] = modules->items[i];
    size_t next = 0;
    for (size_t i = 0; i < tensor_count; i++)
        if (sparse[i].path)
            modules->items[next++] = sparse[i];
    free(sparse);
    return DN_OK;
}

static dn_status group_by_order(const dn_tensor *const *tensors, size_t count, dn_modules *modules)
{
    modules->count = 0;
    for (size_t i = 0; i < count;) {
        static const int sizes[] = {4, 2, 1};
        int used = 0;
        for (int s = 0; s < 3 && !used; s++)
            if (i + (size_t)sizes[s] <= count &&
                make_module(tensors + i, sizes[s], false, &modules->items[modules->count]))
                used = sizes[s];
        if (!used)
            return dn_fail(DN_ERROR_MISMATCH,
                           "tensor \"%s\" is not part of a convolution, batch norm or classifier",
                           tensors[i]->name);
        modules->count++;
        i += (size_t)used;
    }
    return DN_OK;
}

static dn_status group(const dn_tensor *const *tensors, size_t count, member *members,
                       size_t *positions, dn_modules *modules)
{
    for (size_t i = 0; i < count; i++)
        members[i] = describe(tensors[i], i);
    modules->roles_known = group_by_names(members, count, modules, positions);
    if (modules->roles_known)
        return restore_order(modules, positions, count);
    return group_by_order(tensors, count, modules);
}

dn_status dn_modules_group(const dn_tensor *const *tensors, size_t count, dn_modules *modules)
{
    dn_modules made = {0};
    member *members = NULL;
    size_t *positions = NULL;
    dn_status status = dn_calloc(count, sizeof *made.items, &made.items);
    if (status == DN_OK)
        status = dn_calloc(count, sizeof *members, &members);
    if (status == DN_OK)
        status = dn_calloc(count, sizeof *positions, &positions);
    if (status == DN_OK)
        status = group(tensors, count, members, positions, &made);
    free(members);
    free(positions);
    if (status == DN_OK)
        *modules = made;
    else
        dn_modules_free(&made);
    return status;
}

void dn_modules_free(dn_modules *modules)
{
    free(modules->items);
    *modules = (dn_modules){0};
}
