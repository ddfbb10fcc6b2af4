/* SPDX-License-Identifier: MIT */
/* The code of a TorchScript archive, ARCHIVE/code/__torch__/torch/nn/modules/...py: it says what
 * a pickled module's attributes say. */
#ifndef DN_TORCH_CODE_H
#define DN_TORCH_CODE_H

#include "tensors/tensors.h"
#include "tensors/torch/torch_class.h"
#include "tensors/torch/zip.h"

typedef struct dn_code_class {
    const dn_zip_entry *file;
    dn_span name, code;
    dn_class_value *values; /* NULL: not read yet */
} dn_code_class;

typedef struct dn_torch_code {
    const dn_zip *zip;
    const char *prefix; /* "ARCHIVE/" */
    dn_pool pool;
    dn_code_class *classes; /* by file and name */
    size_t count, capacity;
    size_t bytes, modules; /* so far, both limited */
} dn_torch_code;

/* Finds the classes of torch.nn; released by dn_torch_code_close, also after a failure. */
dn_status dn_torch_code_open(const dn_zip *zip, const char *prefix, dn_torch_code *code);
void dn_torch_code_close(dn_torch_code *code);

/* Adds to the file what the code says of the module at a path: "PATH.stride", ... */
dn_status dn_torch_code_describe(dn_torch_code *code, dn_tensor_file *file, const char *path,
                                 const char *class);

#endif
