/* SPDX-License-Identifier: MIT */
#include "loading/reparametrise.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the two names end, and how that of the weight that they stand for. */
typedef struct form {
    const char *first, *second, *result;
    void (*combine)(const dn_tensor *first, const float *scale, float *values);
    bool (*fits)(const dn_tensor *first, const dn_tensor *second);
    const char *what;
} form;

static bool same_shape(const dn_tensor *a, const dn_tensor *b)
{
    return a->rank == b->rank &&
           memcmp(a->shape, b->shape, (size_t)a->rank * sizeof *a->shape) == 0;
}

/* One number per output. */
static bool scales_rows(const dn_tensor *g, const dn_tensor *v)
{
    return v->rank > 0 && g->rank == v->rank && g->shape[0] == v->shape[0] &&
           g->count == (size_t)v->shape[0];
}

static void multiply(const dn_tensor *tensor, const float *mask, float *values)
{
    for (size_t i = 0; i < tensor->count; i++)
        values[i] *= mask[i];
}

static void normalise(const dn_tensor *tensor, const float *g, float *values)
{
    size_t rows = (size_t)tensor->shape[0], length = rows ? tensor->count / rows : 0;
    for (size_t r = 0; r < rows; r++, values += length) {
        double sum = 0;
        for (size_t i = 0; i < length; i++)
            sum += (double)values[i] * (double)values[i];
        for (size_t i = 0; i < length; i++)
            values[i] = (float)((double)values[i] * ((double)g[r] / sqrt(sum)));
    }
}

static const form forms[] = {
    {"_orig", "_mask", "", multiply, same_shape, "pruning masks were applied"},
    {"weight_g", "weight_v", "weight", normalise, scales_rows, "weight norms were applied"},
    {"parametrizations.weight.original0", "parametrizations.weight.original1", "weight", normalise,
     scales_rows, "weight norms were applied"},
};
enum { FORMS = sizeof forms / sizeof *forms, NAME_SIZE = 512 };

/* The length of a name without an ending; 0 if it ends otherwise. */
static size_t stem_of(const char *name, const char *ending)
{
    size_t length = strlen(name), span = strlen(ending);
    return length > span && strcmp(name + length - span, ending) == 0 ? length - span : 0;
}

/* Names as they were, sorted. */
typedef struct entry {
    const char *name;
    dn_tensor *tensor;
} entry;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->name, ((const entry *)b)->name);
}

/* Turns the first into what both stand for, in 32-bit floats. */
static dn_status combine(dn_tensor_file *file, const form *as, size_t stem, dn_tensor *first,
                         const dn_tensor *second)
{
    bool scaled = as->combine == normalise; /* the values are the second's */
    const dn_tensor *values = scaled ? second : first, *factors = scaled ? first : second;
    float *data = NULL, *scale = NULL;
    char name[NAME_SIZE], *copy;
    snprintf(name, sizeof name, "%.*s%s", (int)stem, first->name, as->result);
    DN_TRY(dn_pool_copy(&file->pool, name, strlen(name), &copy));
    DN_TRY(dn_pool_alloc(&file->pool, values->count, sizeof *data, &data));
    DN_TRY(dn_alloc_aligned(factors->count, sizeof *scale, &scale));
    dn_tensor_read(values, data);
    dn_tensor_read(factors, scale);
    as->combine(values, scale, data);
    free(scale);
    dn_tensor made = *values;
    made.name = copy;
    made.scope = first->scope < strlen(copy) ? first->scope : 0;
    made.dtype = DN_F32;
    made.data = (const unsigned char *)data;
    dn_tensor_pack(&made);
    *first = made;
    return DN_OK;
}

/* The form whose first tensor this is, and the second one. */
static const form *find_form(const dn_tensor *tensor, const entry *entries, size_t count,
                             const dn_tensor **second)
{
    for (int f = 0; f < FORMS; f++) {
        char other[NAME_SIZE];
        size_t stem = stem_of(tensor->name, forms[f].first);
        if (!stem || stem + strlen(forms[f].second) >= sizeof other)
            continue;
        snprintf(other, sizeof other, "%.*s%s", (int)stem, tensor->name, forms[f].second);
        const entry wanted = {.name = other};
        const entry *found = bsearch(&wanted, entries, count, sizeof wanted, by_name);
        if (!found || !forms[f].fits(tensor, found->tensor) || !dn_dtype_is_float(tensor->dtype) ||
            !dn_dtype_is_float(found->tensor->dtype))
            continue;
        *second = found->tensor;
        return &forms[f];
    }
    return NULL;
}

static dn_status combine_all(dn_tensor_file *file, entry *entries, bool *gone, const char **what)
{
    for (size_t i = 0; i < file->tensor_count; i++)
        entries[i] = (entry){file->tensors[i].name, &file->tensors[i]};
    qsort(entries, file->tensor_count, sizeof *entries, by_name);
    for (size_t i = 0; i < file->tensor_count; i++) {
        const dn_tensor *second = NULL;
        const form *as = find_form(&file->tensors[i], entries, file->tensor_count, &second);
        if (!as)
            continue;
        size_t stem = stem_of(file->tensors[i].name, as->first);
        DN_TRY(combine(file, as, stem, &file->tensors[i], second));
        gone[second - file->tensors] = true;
        *what = as->what;
    }
    size_t kept = 0;
    for (size_t i = 0; i < file->tensor_count; i++)
        if (!gone[i])
            file->tensors[kept++] = file->tensors[i];
    file->tensor_count = kept;
    return DN_OK;
}

dn_status dn_reparametrise(dn_tensor_file *file, const char **what)
{
    entry *entries = NULL;
    bool *gone = NULL;
    *what = NULL;
    dn_status status = dn_calloc(file->tensor_count, sizeof *entries, &entries);
    if (status == DN_OK)
        status = dn_calloc(file->tensor_count, sizeof *gone, &gone);
    if (status == DN_OK)
        status = combine_all(file, entries, gone, what);
    if (status == DN_OK)
        status = dn_check_tensor_names(file);
    free(entries);
    free(gone);
    return status;
}

const char *dn_unknown_parametrisation(const dn_tensor_file *file)
{
    for (size_t i = 0; i < file->tensor_count; i++) {
        const char *name = file->tensors[i].name;
        if (strstr(name, "parametrizations.") ||
            strcmp(dn_last_component(name), "weight_orig") == 0)
            return name;
    }
    return NULL;
}
