/* SPDX-License-Identifier: MIT */
/* An engine of a small network on random pictures. */
#ifndef ENGINE_FIXTURE_H
#define ENGINE_FIXTURE_H

#include "testing.h"

#include "base/random.h"
#include "network/model.h"
#include "train/engine/engine.h"

#define MOST_IMAGES 6
#define MOST_VALUES (MOST_IMAGES * 3 * 40 * 40)
#define CLASSES 5

/* An engine on random pictures, its parameters the same every time. */
typedef struct fixture {
    dn_engine *engine;
    size_t floats;
    float *gradients, *parameters; /* after the passes */
    float logits[MOST_IMAGES * CLASSES];
} fixture;

static inline dn_arch small_arch(dn_stem stem, int bottleneck)
{
    return (dn_arch){.block_count = 2,
                     .blocks = {3, 2},
                     .growth = 12,
                     .stem_channels = 20,
                     .stem_hidden = {8, 8},
                     .bottleneck = bottleneck,
                     .compression = 0.5,
                     .stem = stem,
                     .channels = 3,
                     .classes = CLASSES,
                     .bn_epsilon = 1e-5};
}

static inline dn_model *new_model(const dn_arch *arch)
{
    dn_model *model;
    assert_int_equal(dn_model_init(arch, DN_INIT_PAPER, 5, &model), DN_OK);
    return model;
}

static inline const float *pictures(void)
{
    static float values[MOST_VALUES];
    if (values[0] >= 0 && values[1] >= 0) {
        dn_random random = dn_random_seed(1, 2);
        for (size_t i = 0; i < MOST_VALUES; i++)
            values[i] = 2 * dn_random_float(&random) - 1;
        values[0] = values[1] = -0.5f;
    }
    return values;
}

static inline const float *logits_gradient(void)
{
    static float values[MOST_IMAGES * CLASSES];
    for (int i = 0; i < MOST_IMAGES * CLASSES; i++)
        values[i] = (float)(i * 7 % 11 - 5) * 0.03f;
    return values;
}

static inline fixture new_fixture(const dn_arch *arch, const dn_engine_options *options)
{
    fixture made = {0};
    dn_model *model = new_model(arch);
    assert_int_equal(dn_engine_create(model, options, &made.engine), DN_OK);
    made.floats = model->layout.floats;
    dn_model_free(model);
    return made;
}

static inline float *copy_floats(const float *values, size_t count)
{
    float *copy = malloc(count * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, values, count * sizeof *copy);
    return copy;
}

static inline void pass(fixture *made, int n, uint64_t noise)
{
    assert_int_equal(dn_engine_forward(made->engine, pictures(), n, noise, made->logits), DN_OK);
    assert_int_equal(dn_engine_backward(made->engine, logits_gradient()), DN_OK);
    free(made->gradients);
    free(made->parameters);
    made->gradients = copy_floats(dn_engine_gradients(made->engine), made->floats);
    made->parameters = copy_floats(dn_engine_parameters(made->engine), made->floats);
}

static inline void free_fixture(fixture *made)
{
    dn_engine_free(made->engine);
    free(made->gradients);
    free(made->parameters);
}

static inline fixture run(const dn_arch *arch, const dn_engine_options *options, int n,
                          uint64_t noise)
{
    fixture made = new_fixture(arch, options);
    pass(&made, n, noise);
    return made;
}

static inline void assert_same(const fixture *a, const fixture *b, int n)
{
    assert_memory_equal(a->logits, b->logits, (size_t)(n * CLASSES) * sizeof(float));
    assert_memory_equal(a->gradients, b->gradients, a->floats * sizeof(float));
    assert_memory_equal(a->parameters, b->parameters, a->floats * sizeof(float));
}

#endif
