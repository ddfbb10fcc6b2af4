/* SPDX-License-Identifier: MIT */
/* .npy arrays in memory. */
#include "files/npy.h"

#include <stdlib.h>
#include <string.h>

typedef struct memory {
    const uint8_t *data;
    size_t size;
} memory;

static size_t read_memory(void *context, void *out, size_t count)
{
    memory *left = context;
    size_t some = count < left->size ? count : left->size;
    if (some)
        memcpy(out, left->data, some);
    left->data += some;
    left->size -= some;
    return some;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memory left = {data, size};
    npy_source source = {.name = "array", .size = size, .read = read_memory, .context = &left};
    npy_array array;
    if (!npy_read_source(&source, &array))
        return 0;
    size_t count = 1;
    for (int i = 0; i < array.rank; i++)
        count *= (size_t)array.shape[i];
    if (count != array.count || array.count > size || left.size)
        abort();
    npy_free(&array);
    return 0;
}
