/* SPDX-License-Identifier: MIT */
/* What a weight file of any format holds: named tensors, and other values that
 * are text or numbers. Nothing here knows what a DenseNet is. */
#ifndef DN_TENSORS_H
#define DN_TENSORS_H

#include "base/file.h"
#include "base/pool.h"
#include "tensors/dtype.h"

#define DN_MAX_RANK 8

typedef struct dn_tensor {
    const char *name; /* its path in the file: "state_dict.features.conv0.weight" */
    size_t scope;     /* bytes of name that lead to its dictionary: "state_dict." */
    dn_dtype dtype;
    int rank;
    int64_t shape[DN_MAX_RANK];
    int64_t strides[DN_MAX_RANK]; /* in elements, none negative */
    size_t count;                 /* elements */
    const unsigned char *data;    /* of the first; every element is in the file's memory */
} dn_tensor;

/* A string, a number, or a list of either. */
typedef struct dn_value {
    const char *path;
    size_t count;
    const char **texts; /* NULL if numbers is set */
    double *numbers;
} dn_value;

/* A file beside the weight file, with some of its tensors. */
typedef struct dn_sidecar {
    const char *path;
    dn_file_map map;
    size_t taken; /* bytes of it that are tensors' */
} dn_sidecar;

struct dn_operators;

struct dn_tensor_file {
    const char *name; /* for messages */
    const char *format;
    dn_file_map map; /* .data is borrowed if the caller passed the bytes */
    bool borrowed;
    dn_budget budget;
    dn_pool pool; /* holds all that follows */
    dn_tensor *tensors;
    size_t tensor_count, tensor_capacity;
    dn_value *values;
    size_t value_count, value_capacity;
    const struct dn_operators
        *operators; /* what the file computes; NULL if it holds no operators */
    dn_sidecar *sidecars;
    size_t sidecar_count, sidecar_capacity;
};

/* dn_tensor_file_open from memory that outlives *file; name is for messages. */
dn_status dn_tensor_file_read(const void *data, size_t size, const char *name,
                              dn_tensor_file **file);

/* Fails if something of the file, or of one beside it, was lost while it was read
 * (dn_file_map_check). */
dn_status dn_tensor_file_check(const dn_tensor_file *file);

/* Releases the mapped pages that were read (dn_file_map_forget). */
void dn_tensor_file_forget_pages(const dn_tensor_file *file);

/* What follows a path's last dot: "weight". */
const char *dn_last_component(const char *path);

/* The value at a path; NULL if there is none. */
const dn_value *dn_tensor_file_value(const dn_tensor_file *file, const char *path);

/* The last value with this name, in any dictionary or module; NULL if there is none. */
const dn_value *dn_tensor_file_last(const dn_tensor_file *file, const char *name);

/* Sets count and checks that no dimension is negative and that all elements,
 * beginning `offset` elements in, are within the `available` ones. Otherwise
 * fails with a sentence that begins with `what`. */
dn_status dn_tensor_check(dn_tensor *tensor, size_t offset, size_t available, const char *what);

/* Strides of a row-major tensor. */
void dn_tensor_pack(dn_tensor *tensor);
bool dn_tensor_is_packed(const dn_tensor *tensor);

/* Strides in Fortran's order, of which the first axis varies fastest. */
void dn_tensor_pack_columns(dn_tensor *tensor);

/* Every element in row-major order; for floating types. */
void dn_tensor_read(const dn_tensor *tensor, float *out);

/* Refuses two tensors of one name. */
dn_status dn_check_tensor_names(dn_tensor_file *file);

/* Appends, for the readers; what they point to must live in the pool or map. */
dn_status dn_tensor_file_add(dn_tensor_file *file, const dn_tensor *tensor);
dn_status dn_tensor_file_add_value(dn_tensor_file *file, const dn_value *value);
dn_status dn_tensor_file_add_text(dn_tensor_file *file, const char *path, const char *text);

/* What this program adds to a file of tensors under this name, {"densenet.KEY": "text", ...}. */
#define DN_METADATA_ENTRY "densenet.json"
dn_status dn_tensor_file_add_metadata(dn_tensor_file *file, const char *json, size_t size);

/* The value that is the text of a MONAI bundle's metadata: of a bundle in a zip archive, or what
 * MONAI puts into TorchScript. */
#define DN_BUNDLE_VALUE "metadata.json"

#endif
