/* SPDX-License-Identifier: MIT */
/* The code of one class of TorchScript, from which constants and calls are read. */
#include "tensors/torch/torch_calls.h"
#include "tensors/torch/torch_operand.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_class_value values[DN_CLASS_VALUES] = {0};
    char *code = malloc(size ? size : 1); /* no byte more may be read */
    if (!code)
        return 0;
    if (size)
        memcpy(code, data, size);
    dn_class_read((dn_span){code, code + size}, values);
    for (int i = 0; i < DN_CLASS_VALUES; i++) {
        if (values[i].count < 0 || values[i].count > 4 ||
            !memchr(values[i].text, '\0', sizeof values[i].text))
            abort();
        for (int k = 0; k < values[i].count; k++)
            if (!isfinite(values[i].numbers[k]))
                abort();
    }
    dn_pool pool = {0};
    dn_class_calls calls = {0};
    if (dn_class_read_calls((dn_span){code, code + size}, &pool, &calls) == DN_OK &&
        (calls.count < 1 || calls.count > 65 + DN_OPERANDS_READ))
        abort();
    dn_pool_free(&pool);
    free(code);
    return 0;
}
