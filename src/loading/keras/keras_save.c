/* SPDX-License-Identifier: MIT */
#include "loading/keras/keras_save.h"

#include "network/head.h"

/* Keras flattens maps pixel by pixel, others channel by channel. */
dn_status dn_keras_check(const dn_model *model)
{
    if (model->arch.head.pool != DN_POOL_GRID)
        return DN_OK;
    return dn_fail(DN_ERROR_ARGUMENT,
                   "a head that reads a grid of means is not written for Keras, which flattens "
                   "maps in another order");
}

void dn_keras_turn(const dn_slot *slot, const float *data, float *turned, dn_output *output)
{
    size_t outs = (size_t)slot->shape[0], ins = (size_t)slot->shape[1];
    size_t window = slot->rank == 4 ? (size_t)slot->shape[2] * (size_t)slot->shape[3] : 1;
    if (slot->rank == 1)
        return;
    for (size_t o = 0; o < outs; o++)
        for (size_t i = 0; i < ins; i++)
            for (size_t w = 0; w < window; w++)
                turned[(w * ins + i) * outs + o] = data[(o * ins + i) * window + w];
    int last = slot->rank - 1;
    for (int d = 0; d + 2 < slot->rank; d++)
        output->shape[d] = slot->shape[d + 2];
    output->shape[last - 1] = slot->shape[1];
    output->shape[last] = slot->shape[0];
    output->data = turned;
}
