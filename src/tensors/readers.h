/* SPDX-License-Identifier: MIT */
/* One row per format: how to recognise it, how to read it. */
#ifndef DN_TENSORS_READERS_H
#define DN_TENSORS_READERS_H

#include "tensors/tensors.h"

typedef struct dn_reader {
    const char *format;
    bool (*recognises)(const unsigned char *data, size_t size);
    dn_status (*read)(dn_tensor_file *file);
} dn_reader;

extern const dn_reader dn_safetensors_reader;
extern const dn_reader dn_npz_reader;
extern const dn_reader dn_onnx_reader;
extern const dn_reader dn_torch_zip_reader;
extern const dn_reader dn_torch_legacy_reader;
extern const dn_reader dn_pickle_reader;
extern const dn_reader dn_hdf5_reader;
extern const dn_reader dn_keras_reader;

#endif
