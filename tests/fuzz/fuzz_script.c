/* SPDX-License-Identifier: MIT */
/* The code of one class of TorchScript, from which constants and calls are read, or operators. */
#include "tensors/operators.h"
#include "tensors/torch/frozen/frozen_script.h"
#include "tensors/torch/torch_calls.h"
#include "tensors/torch/torch_operand.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CONSTANTS = 4 };

/* Each operator reads what was there before it. */
static void check_operators(const dn_operators *made)
{
    int next = made->input + made->input_count;
    for (size_t i = 0; i < made->count; i++) {
        const dn_operator *item = &made->items[i];
        if (item->first_output != next++ || item->attribute_count > 4)
            abort();
        for (int k = 0; k < item->input_count; k++)
            if (item->inputs[k] < DN_NO_VALUE || item->inputs[k] >= item->first_output)
                abort();
    }
    for (int i = 0; i < made->output_count; i++)
        if (made->outputs[i] < 0 || made->outputs[i] >= next)
            abort();
}

static void read_operators(dn_span code)
{
    static const float numbers[9];
    const dn_tensor *constants[CONSTANTS];
    dn_tensor tensors[CONSTANTS];
    dn_tensor_file file = {.name = "code"};
    for (int i = 0; i < CONSTANTS; i++) {
        tensors[i] = (dn_tensor){.name = "", .rank = i, .data = (const unsigned char *)numbers};
        for (int d = 0; d < i; d++)
            tensors[i].shape[d] = 3;
        dn_tensor_pack(&tensors[i]);
        constants[i] = i ? &tensors[i] : NULL;
    }
    dn_budget_begin((size_t)(code.end - code.at), &file.budget);
    file.pool.budget = &file.budget;
    if (dn_frozen_script_read(&file, code, constants, CONSTANTS) == DN_OK)
        check_operators(file.operators);
    dn_pool_free(&file.pool);
}

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
    read_operators((dn_span){code, code + size});
    free(code);
    return 0;
}
