/* SPDX-License-Identifier: MIT */
/* ONNX: messages, and graphs that may be a network's. */
#include "whole_network.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_model *model;
    if (dn_model_read(data, size, "file", NULL, &model) != DN_OK)
        return 0;
    return check_whole(model);
}
