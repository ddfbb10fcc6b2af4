/* SPDX-License-Identifier: MIT */
/* A text file of numbers by name: each name gets one, or the file is refused. */
#include "files/named_numbers.h"
#include "memory_file.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { NAMES = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[NAMES] = {"cat", "dog, small", "\"x\""};
    double numbers[NAMES];
    if (!named_numbers_read(memory_file("weights.csv", data, size), names, NAMES, numbers))
        return 0;
    for (int i = 0; i < NAMES; i++)
        if (!isfinite(numbers[i]))
            abort();
    return 0;
}
