/* SPDX-License-Identifier: MIT */
/* ONNX: messages, and graphs that may be a network's. A network that is read has all its tensors.
 */
#include "loading/load.h"
#include "network/model.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_model *model;
    double sum = 0;
    if (dn_model_read(data, size, "file", NULL, &model) != DN_OK)
        return 0;
    if (dn_arch_check(dn_model_arch(model)) != DN_OK)
        abort();
    for (int i = 0; i < model->layout.count; i++)
        for (size_t k = 0; k < model->layout.slots[i].count; k++)
            sum += (double)model->tensors[i][k];
    dn_model_free(model);
    return sum == 1e-300; /* so that all are read */
}
