/* SPDX-License-Identifier: MIT */
/* HDF5 files: all numbers of every tensor are there to be read. */
#include "tensors/tensors.h"

#include <stdlib.h>

static volatile unsigned sum; /* so that it is read */

static unsigned sum_of(const dn_tensor *tensor)
{
    unsigned bytes = 0;
    for (size_t i = 0; i < tensor->count * dn_dtype_size(tensor->dtype); i++)
        bytes += tensor->data[i];
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_tensor_file *file;
    if (dn_tensor_file_read(data, size, "file", &file) != DN_OK)
        return 0;
    for (size_t i = 0; i < file->tensor_count; i++) {
        if (!dn_tensor_is_packed(&file->tensors[i]))
            abort();
        sum += sum_of(&file->tensors[i]);
    }
    dn_tensor_file_close(file);
    return 0;
}
