/* SPDX-License-Identifier: MIT */
/* The header of a safetensors file, with its size put before it and 64 bytes of
 * data after it. */
#include "tensors/tensors.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t header = size;
    size_t total = sizeof header + size + 64;
    unsigned char *bytes = calloc(total, 1);
    dn_tensor_file *file;
    if (!bytes)
        return 0;
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, data, size);
    if (dn_tensor_file_read(bytes, total, "file", &file) == DN_OK)
        dn_tensor_file_close(file);
    free(bytes);
    return 0;
}
