/* SPDX-License-Identifier: MIT */
/* .npz files: zip files of arrays, by libzip. */
#include "files/npy.h"
#include "memory_file.h"

#include <stdlib.h>

enum { MOST_ARRAYS = 8, MOST_EXPANSION = 1100 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    npz_file *file = npz_open(memory_file("x.npz", data, size));
    if (!file)
        return 0;
    for (int i = 0; i < MOST_ARRAYS && npz_name(file, i); i++) {
        npy_array array;
        if (!npz_read(file, i, &array))
            continue;
        size_t count = 1;
        for (int axis = 0; axis < array.rank; axis++)
            count *= (size_t)array.shape[axis];
        if (count != array.count || count > MOST_EXPANSION * size)
            abort();
        npy_free(&array);
    }
    npz_close(file);
    return 0;
}
