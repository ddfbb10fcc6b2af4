/* SPDX-License-Identifier: MIT */
/* Random parameters: PyTorch's defaults for the reference model, or the
 * paper's. */
#include "base/random.h"
#include "network/model.h"

#include <math.h>

/* One stream per tensor: changing one layer leaves the other layers' numbers unchanged. */
static void fill_uniform(float *data, size_t count, double bound, dn_random *random)
{
    for (size_t i = 0; i < count; i++)
        data[i] = (float)(bound * (2 * (double)dn_random_float(random) - 1));
}

static void fill_normal(float *data, size_t count, double deviation, dn_random *random)
{
    for (size_t i = 0; i < count; i++)
        data[i] = (float)(deviation * dn_random_normal(random));
}

static void fill(float *data, size_t count, float value)
{
    for (size_t i = 0; i < count; i++)
        data[i] = value;
}

/* PyTorch: Kaiming uniform with a = sqrt(5), which is U(-1/sqrt(fan_in), +);
 * biases the same, by the weight in the slot before. Paper: He et al., 2015, normal by fan-out;
 * torchvision keeps PyTorch's default for the classifier's weight, bias 0. */
static void init_slot(const dn_slot *slot, dn_init init, float *data, dn_random *random)
{
    double fan_in = (double)slot->count / slot->shape[0];
    double fan_out = (double)slot->count / slot->shape[1];
    switch (slot->key.part) {
    case DN_PART_CONV:
        if (init == DN_INIT_PAPER)
            fill_normal(data, slot->count, sqrt(2 / fan_out), random);
        else
            fill_uniform(data, slot->count, 1 / sqrt(fan_in), random);
        break;
    case DN_PART_LINEAR_WEIGHT:
        fill_uniform(data, slot->count, 1 / sqrt(fan_in), random);
        break;
    case DN_PART_LINEAR_BIAS:
        if (init == DN_INIT_PYTORCH)
            fill_uniform(data, slot->count, 1 / sqrt((double)slot[-1].shape[1]), random);
        break;
    case DN_PART_NORM_WEIGHT:
    case DN_PART_NORM_VARIANCE:
        fill(data, slot->count, 1);
        break;
    case DN_PART_CONV_BIAS:
    case DN_PART_NORM_BIAS:
    case DN_PART_NORM_MEAN:
        break;
    }
}

dn_status dn_model_init(const dn_arch *arch, dn_init init, uint64_t seed, dn_model **out)
{
    DN_NEED(arch);
    DN_NEED(out);
    dn_model *model;
    DN_TRY(dn_model_create(arch, true, &model));
    for (int i = 0; i < model->layout.count; i++) {
        const dn_slot *slot = &model->layout.slots[i];
        dn_random random = dn_random_seed(seed, (uint64_t)i);
        init_slot(slot, init, model->storage + slot->offset, &random);
    }
    model->batches_tracked = 0;
    *out = model;
    return DN_OK;
}
