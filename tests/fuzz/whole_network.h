/* SPDX-License-Identifier: MIT */
#ifndef WHOLE_NETWORK_H
#define WHOLE_NETWORK_H

#include "network/model.h"

#include <stdlib.h>

/* A network that was read has a sound architecture and all its tensors. Releases it, and returns
 * 0, as a target does. */
static inline int check_whole(dn_model *model)
{
    double sum = 0;
    if (dn_arch_check(dn_model_arch(model)) != DN_OK)
        abort();
    for (int i = 0; i < model->layout.count; i++)
        for (size_t k = 0; k < model->layout.slots[i].count; k++)
            sum += (double)model->tensors[i][k];
    dn_model_free(model);
    return sum == 1e-300; /* so that all are read */
}

#endif
