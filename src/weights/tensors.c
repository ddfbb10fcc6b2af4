/* SPDX-License-Identifier: MIT */
#include "weights/tensors.h"

#include <stdlib.h>

void dn_tensor_file_close(dn_tensor_file *file)
{
    if (!file)
        return;
    dn_file_map_close(&file->map);
    free(file);
}

void dn_tensor_file_forget_pages(const dn_tensor_file *file)
{
    dn_file_map_forget(&file->map);
}
