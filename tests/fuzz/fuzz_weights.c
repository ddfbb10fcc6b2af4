/* SPDX-License-Identifier: MIT */
/* Weight files of any format: as a network or, if they are not one, as tensors. */
#include "loading/load.h"
#include "tensors/tensors.h"

#include <stdlib.h>

static void read_tensors(const uint8_t *data, size_t size)
{
    dn_tensor_file *file;
    if (dn_tensor_file_read(data, size, "file", &file) != DN_OK)
        return;
    for (size_t i = 0; i < file->tensor_count; i++) {
        const dn_tensor *tensor = &file->tensors[i];
        float *values = malloc(tensor->count * sizeof *values + 1);
        if (values && dn_dtype_is_float(tensor->dtype))
            dn_tensor_read(tensor, values);
        free(values);
    }
    dn_tensor_file_close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_model *model;
    if (dn_model_read(data, size, "file", NULL, &model) != DN_OK) {
        read_tensors(data, size);
        return 0;
    }
    float logits[2000] = {0};
    if (dn_model_arch(model)->classes <= 1000)
        dn_model_probabilities(model, 2, logits);
    dn_model_free(model);
    return 0;
}
