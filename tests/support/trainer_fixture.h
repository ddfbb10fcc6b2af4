/* SPDX-License-Identifier: MIT */
/* A small trainer and pictures for it. */
#ifndef TEST_TRAINER_FIXTURE_H
#define TEST_TRAINER_FIXTURE_H

#include "testing.h"

#include "base/workers.h"
#include "train/trainer.h"

enum { SIDE = 8, CLASSES = 3, PICTURE = 3 * SIDE * SIDE, PICTURES = 8 };

static inline dn_arch small_arch(void)
{
    return (dn_arch){.block_count = 2,
                     .blocks = {2, 1},
                     .growth = 4,
                     .stem_channels = 8,
                     .bottleneck = 4,
                     .compression = 0.5,
                     .stem = DN_STEM_CIFAR,
                     .channels = 3,
                     .classes = CLASSES,
                     .bn_epsilon = 1e-5};
}

static inline dn_trainer_options small_options(void)
{
    dn_trainer_options options;
    dn_trainer_defaults(&options, sizeof options);
    options.batch = PICTURES;
    options.height = options.width = SIDE;
    options.threads = 1;
    options.steps = 10;
    return options;
}

static inline dn_trainer *new_trainer(const dn_arch *arch, const dn_trainer_options *options)
{
    dn_model *model;
    dn_trainer *trainer;
    assert_int_equal(dn_model_init(arch, DN_INIT_PAPER, 5, &model), DN_OK);
    if (dn_trainer_create(model, options, &trainer) != DN_OK)
        fail_msg("%s", dn_last_error());
    dn_model_free(model);
    return trainer;
}

/* Pictures first .. first + n - 1 of some that are always the same. */
static inline dn_batch pictures(int first, int n)
{
    static float input[PICTURES * PICTURE], targets[PICTURES * CLASSES];
    for (int i = 0; i < PICTURES * PICTURE; i++)
        input[i] = (float)(i * 37 % 101 - 50) * 0.02f;
    for (int i = 0; i < PICTURES * CLASSES; i++)
        targets[i] = i % CLASSES == i / CLASSES % CLASSES ? 1 : 0;
    return (dn_batch){input + first * PICTURE, targets + first * CLASSES, n};
}

static inline void assert_same_parameters(const dn_trainer *a, const dn_trainer *b, bool statistics)
{
    const dn_layout *layout = dn_engine_layout(a->engine);
    for (int i = 0; i < layout->count; i++)
        if (statistics || dn_is_trained(&layout->slots[i]))
            assert_memory_equal(dn_engine_parameters(a->engine) + layout->slots[i].offset,
                                dn_engine_parameters(b->engine) + layout->slots[i].offset,
                                layout->slots[i].count * sizeof(float));
}

static inline void step_with(dn_trainer *trainer, const dn_batch *parts, int count, int taken)
{
    dn_step_result result;
    if (dn_trainer_step(trainer, parts, count, &result) != DN_OK)
        fail_msg("%s", dn_last_error());
    assert_int_equal(result.pictures, taken);
}

#endif
