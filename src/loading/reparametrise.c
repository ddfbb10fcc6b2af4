/* SPDX-License-Identifier: MIT */
#include "loading/reparametrise.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PARTS = 3 };

/* The tensors that a weight was saved as, and their values once they are read. */
typedef struct part {
    dn_tensor *tensor;
    float *values;
} part;

/* How their names end, and how that of the weight that they stand for; which of them has the
 * weight's shape, and becomes it. */
typedef struct form {
    const char *names[MOST_PARTS];
    const char *result;
    int whole;
    bool (*fits)(const part *parts);
    dn_status (*combine)(const part *parts);
    const char *what;
} form;

static bool same_shape(const part *parts)
{
    const dn_tensor *a = parts[0].tensor, *b = parts[1].tensor;
    return a->rank == b->rank &&
           memcmp(a->shape, b->shape, (size_t)a->rank * sizeof *a->shape) == 0;
}

/* One factor for each index of some dimension, or one for all. */
static bool scales(const part *parts)
{
    const dn_tensor *g = parts[0].tensor, *v = parts[1].tensor;
    if (g->count == 1 && g->rank <= v->rank)
        return v->rank > 0;
    int scaled = 0;
    for (int d = 0; d < v->rank && g->rank == v->rank; d++)
        scaled += g->shape[d] != 1 ? g->shape[d] == v->shape[d] ? 1 : 2 : 0;
    return scaled == 1;
}

/* A vector for each side of the matrix that a weight's outputs and all else make. */
static bool has_singular_vectors(const part *parts)
{
    const dn_tensor *weight = parts[0].tensor;
    size_t rows = weight->rank >= 2 ? (size_t)weight->shape[0] : 0;
    return rows > 0 && parts[1].tensor->count == rows &&
           parts[2].tensor->count == weight->count / rows;
}

static dn_status multiply(const part *parts)
{
    for (size_t i = 0; i < parts[0].tensor->count; i++)
        parts[0].values[i] *= parts[1].values[i];
    return DN_OK;
}

/* Element i's factor is number i / inner % count: the length of the elements that share one
 * becomes what the factor says. */
static dn_status normalise(const part *parts)
{
    const dn_tensor *g = parts[0].tensor, *v = parts[1].tensor;
    size_t inner = 1, count = g->count;
    double *sums;
    for (int d = v->rank - 1; d >= 0 && count > 1 && g->shape[d] == 1; d--)
        inner *= (size_t)v->shape[d];
    DN_TRY(dn_calloc(count, sizeof *sums, &sums));
    for (size_t i = 0; i < v->count; i++)
        sums[i / inner % count] += (double)parts[1].values[i] * (double)parts[1].values[i];
    for (size_t i = 0; i < count; i++)
        sums[i] = (double)parts[0].values[i] / sqrt(sums[i]);
    for (size_t i = 0; i < v->count; i++)
        parts[1].values[i] = (float)((double)parts[1].values[i] * sums[i / inner % count]);
    free(sums);
    return DN_OK;
}

/* By its largest singular value, as the two vectors have it. */
static dn_status divide(const part *parts)
{
    size_t rows = parts[1].tensor->count, columns = parts[2].tensor->count;
    double sigma = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            sigma += (double)parts[1].values[r] * (double)parts[0].values[r * columns + c] *
                     (double)parts[2].values[c];
    for (size_t i = 0; i < rows * columns; i++)
        parts[0].values[i] = (float)((double)parts[0].values[i] / sigma);
    return DN_OK;
}

#define PARAMETRISED "parametrizations.weight."
static const char pruned[] = "pruning masks were applied";
static const char normed[] = "weight norms were applied";
static const char spectral[] = "spectral norms were applied";

static const form forms[] = {
    {{"_orig", "_mask"}, "", 0, same_shape, multiply, pruned},
    {{"weight_g", "weight_v"}, "weight", 1, scales, normalise, normed},
    {{PARAMETRISED "original0", PARAMETRISED "original1"}, "weight", 1, scales, normalise, normed},
    {{"weight_orig", "weight_u", "weight_v"}, "weight", 0, has_singular_vectors, divide, spectral},
    {{PARAMETRISED "original", PARAMETRISED "0._u", PARAMETRISED "0._v"},
     "weight",
     0,
     has_singular_vectors,
     divide,
     spectral},
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

/* Reads the parts into the pool, which keeps what they become. */
static dn_status read_parts(dn_tensor_file *file, part *parts)
{
    for (int i = 0; i < MOST_PARTS && parts[i].tensor; i++) {
        DN_TRY(dn_pool_alloc(&file->pool, parts[i].tensor->count, sizeof *parts[i].values,
                             &parts[i].values));
        dn_tensor_read(parts[i].tensor, parts[i].values);
    }
    return DN_OK;
}

/* Turns the first into what all stand for, in 32-bit floats. */
static dn_status combine(dn_tensor_file *file, const form *as, part *parts)
{
    dn_tensor *first = parts[0].tensor;
    char name[NAME_SIZE], *copy;
    snprintf(name, sizeof name, "%.*s%s", (int)stem_of(first->name, as->names[0]), first->name,
             as->result);
    DN_TRY(dn_pool_copy(&file->pool, name, strlen(name), &copy));
    DN_TRY(read_parts(file, parts));
    DN_TRY(as->combine(parts));
    dn_tensor made = *parts[as->whole].tensor;
    made.name = copy;
    made.scope = first->scope < strlen(copy) ? first->scope : 0;
    made.dtype = DN_F32;
    made.data = (const unsigned char *)parts[as->whole].values;
    dn_tensor_pack(&made);
    *first = made;
    return DN_OK;
}

/* The tensor of `stem` bytes of a name and an ending; NULL if there is none of numbers. */
static dn_tensor *find(const entry *entries, size_t count, const char *name, size_t stem,
                       const char *ending)
{
    char other[NAME_SIZE];
    if (stem + strlen(ending) >= sizeof other)
        return NULL;
    snprintf(other, sizeof other, "%.*s%s", (int)stem, name, ending);
    const entry wanted = {.name = other};
    const entry *found = bsearch(&wanted, entries, count, sizeof wanted, by_name);
    return found && dn_dtype_is_float(found->tensor->dtype) ? found->tensor : NULL;
}

/* The form whose first tensor this is, and the parts. */
static const form *find_form(dn_tensor *tensor, const entry *entries, size_t count,
                             part parts[MOST_PARTS])
{
    for (const form *as = forms; as < forms + FORMS && dn_dtype_is_float(tensor->dtype); as++) {
        size_t stem = stem_of(tensor->name, as->names[0]);
        bool all = stem > 0;
        memset(parts, 0, MOST_PARTS * sizeof *parts);
        parts[0].tensor = tensor;
        for (int i = 1; all && i < MOST_PARTS && as->names[i]; i++) {
            parts[i].tensor = find(entries, count, tensor->name, stem, as->names[i]);
            all = parts[i].tensor != NULL;
        }
        if (all && as->fits(parts))
            return as;
    }
    return NULL;
}

static dn_status combine_all(dn_tensor_file *file, entry *entries, bool *gone, const char **what)
{
    for (size_t i = 0; i < file->tensor_count; i++)
        entries[i] = (entry){file->tensors[i].name, &file->tensors[i]};
    qsort(entries, file->tensor_count, sizeof *entries, by_name);
    for (size_t i = 0; i < file->tensor_count; i++) {
        part parts[MOST_PARTS];
        const form *as = find_form(&file->tensors[i], entries, file->tensor_count, parts);
        if (!as)
            continue;
        DN_TRY(combine(file, as, parts));
        for (int p = 1; p < MOST_PARTS && parts[p].tensor; p++)
            gone[parts[p].tensor - file->tensors] = true;
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

bool dn_is_parametrised(const dn_tensor *tensor)
{
    return strstr(tensor->name, "parametrizations.") ||
           strcmp(dn_last_component(tensor->name), "weight_orig") == 0;
}
