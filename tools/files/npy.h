/* SPDX-License-Identifier: MIT */
/* NumPy's array files: .npy, read and written, and .npz, read. Every
 * function that fails has complained. */
#ifndef TOOL_NPY_H
#define TOOL_NPY_H

#include "base/budget.h"
#include "base/npy_header.h"
#include "files/output.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Converted to float from float32, float64 or uint8; C order. */
typedef struct npy_array {
    int rank;
    int64_t shape[DN_NPY_MAX_RANK];
    size_t count; /* the product of shape */
    float *data;
} npy_array;

bool npy_read(const char *path, npy_array *array);
void npy_free(npy_array *array);

/* Where bytes come from: `size` of them in all. read returns how many it could
 * read, fewer than asked for only at the end or on an error. */
typedef struct npy_source {
    const char *name; /* for messages */
    uint64_t size;
    dn_budget *budget; /* that the array is taken from, if the bytes are compressed, or NULL */
    size_t (*read)(void *context, void *out, size_t count);
    void *context;
} npy_source;
bool npy_read_source(const npy_source *source, npy_array *array);

/* Complains and returns false if a file's name promises another format. */
bool npy_name_valid(const char *path);

/* Writes a .npy piece by piece: npy_begin, output_write of floats in C order,
 * npy_end with the final shape. Each releases the file if it fails, npy_end
 * always. */
bool npy_begin(const char *path, output_file *file);
bool npy_end(output_file *file, int rank, const int64_t *shape);

bool npy_write(const char *path, int rank, const int64_t *shape, const float *data);

/* A .npz: a zip file of .npy. */
typedef struct npz_file npz_file;
npz_file *npz_open(const char *path); /* NULL if it fails */
void npz_close(npz_file *file);

/* The index-th array's name without ".npy", NULL past the last. */
const char *npz_name(const npz_file *file, int index);
bool npz_read(npz_file *file, int index, npy_array *array);

#endif
