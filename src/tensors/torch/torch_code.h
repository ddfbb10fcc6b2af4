/* SPDX-License-Identifier: MIT */
/* The code of a TorchScript archive, ARCHIVE/code/__torch__/...py: of torch.nn's classes it says
 * what a pickled module's attributes say, of others which functions they call. */
#ifndef DN_TORCH_CODE_H
#define DN_TORCH_CODE_H

#include "tensors/tensors.h"
#include "tensors/torch/torch_calls.h"
#include "tensors/zip/zip.h"

typedef struct dn_code_class {
    const dn_zip_entry *file;
    dn_span name, code;
    dn_class_value *values; /* of torch.nn's; NULL: not read yet */
    dn_class_calls calls;   /* of others; none: not read yet */
} dn_code_class;

typedef struct dn_torch_code {
    const dn_zip *zip;
    const char *prefix; /* "ARCHIVE/" */
    dn_pool pool;
    dn_code_class *classes; /* by file and name */
    size_t count, capacity;
    size_t bytes, modules; /* so far, both limited */
} dn_torch_code;

/* Finds all classes; released by dn_torch_code_close, also after a failure. */
dn_status dn_torch_code_open(const dn_zip *zip, const char *prefix, dn_torch_code *code);
void dn_torch_code_close(dn_torch_code *code);

/* The class of this name, "__torch__.FILE.NAME"; NULL if there is none. */
dn_code_class *dn_torch_code_find(const dn_torch_code *code, const char *class);

/* Adds to the file what the code says of the module at a path: "PATH.stride", ..., or the list
 * "PATH.__calls__". */
dn_status dn_torch_code_describe(dn_torch_code *code, dn_tensor_file *file, const char *path,
                                 const char *class);

#endif
