/* SPDX-License-Identifier: MIT */
#ifndef DN_TENSORS_WRITERS_H
#define DN_TENSORS_WRITERS_H

#include "base/file.h"
#include "tensors/dtype.h"

/* A tensor to write. */
typedef struct dn_output {
    char *name;
    dn_dtype dtype; /* F32, F16, BF16; I8 for data that are whole numbers; I64 for a count */
    int rank;
    int64_t shape[4];
    const float *data; /* NULL: a count */
    uint64_t count;    /* of rank 0, if there is no data */
} dn_output;

size_t dn_output_count(const dn_output *output);
size_t dn_output_bytes(const dn_output *output);

/* Converts to the bytes of the output's dtype; DN_ERROR_NUMERIC if a finite
 * value becomes infinite. bytes: dn_output_bytes of them. */
dn_status dn_output_convert(const dn_output *output, unsigned char *bytes);

/* Converts and writes it. */
dn_status dn_output_write(dn_file_writer *writer, const dn_output *output);

/* These write the tensors in order, and `metadata`, a JSON object of strings, where
 * other programs ignore it: in safetensors' __metadata__, and in the entry
 * densenet.json of zip files. The same input gives the same bytes. */
dn_status dn_write_safetensors(dn_file_writer *writer, const char *metadata,
                               const dn_output *outputs, size_t count);
dn_status dn_write_torch(dn_file_writer *writer, const char *metadata, const dn_output *outputs,
                         size_t count);
dn_status dn_write_npz(dn_file_writer *writer, const char *metadata, const dn_output *outputs,
                       size_t count);

/* Keras' two layouts of HDF5 files, of tensors named LAYER/PART: a group for each layer, as in
 * .h5 files; groups of Conv2D, BatchNormalization and Dense layers, numbered in order, as in Keras
 * 3's .weights.h5. `metadata` is the root's attribute densenet.json. */
dn_status dn_write_keras_layers(dn_file_writer *writer, const char *metadata,
                                const dn_output *outputs, size_t count);
dn_status dn_write_keras_classes(dn_file_writer *writer, const char *metadata,
                                 const dn_output *outputs, size_t count);

#endif
