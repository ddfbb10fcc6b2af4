/* SPDX-License-Identifier: MIT */
/* Networks of every growth rate, forward and one step of training, on every
 * level of kernels and on every level's twin, held against plain C in double. */
#include "testing.h"

#include "base/random.h"
#include "inference/session.h"
#include "network/model.h"
#include "relative_error.h"
#include "sessions.h"
#include "train/engine/engine.h"

#define MOST_GROWTH 70

typedef struct example {
    dn_arch arch;
    int images, size;
    dn_model *model;
    float *input, *logits_gradient;
} example;

/* What a level makes of an example. */
typedef struct outcome {
    size_t logits, floats;
    float *forward, *training; /* logits: with recorded statistics, with the batch's */
    float *gradients, *parameters;
} outcome;

static float *random_floats(dn_random *random, size_t count, float low, float high)
{
    float *values = malloc(count * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < count; i++)
        values[i] = low + (high - low) * dn_random_float(random);
    return values;
}

/* Any weight and bias, any recorded mean and variance. */
static void shake_norms(dn_random *random, dn_model *model)
{
    for (int i = 0; i < model->layout.count; i++) {
        const dn_slot *slot = &model->layout.slots[i];
        dn_part part = slot->key.part;
        float low = part == DN_PART_NORM_VARIANCE ? 0.5f : -0.3f;
        if (part != DN_PART_NORM_WEIGHT && part != DN_PART_NORM_BIAS && part != DN_PART_NORM_MEAN &&
            part != DN_PART_NORM_VARIANCE)
            continue;
        for (size_t j = 0; j < slot->count; j++)
            model->storage[slot->offset + j] = low + 1.5f * dn_random_float(random);
    }
}

static example fill_example(dn_arch arch, int images, int size)
{
    dn_random random = dn_random_seed((uint64_t)arch.growth, 0);
    example made = {.arch = arch, .images = images, .size = size};
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, (uint64_t)arch.growth, &made.model),
                     DN_OK);
    shake_norms(&random, made.model);
    made.input = random_floats(&random, (size_t)(images * arch.channels * size * size), -1, 1);
    made.logits_gradient = random_floats(&random, (size_t)(images * arch.classes), -1, 1);
    return made;
}

/* Stems, layers, channels, classes, sizes and batches take turns. */
static example new_example(int growth)
{
    static const int classes[] = {1, 2, 17, 1001}, channels[] = {3, 1, 5};
    dn_stem stem = (dn_stem)(DN_STEM_IMAGENET + growth % 4);
    bool small = stem == DN_STEM_CIFAR || stem == DN_STEM_CIFAR_NORM;
    dn_arch arch = {.block_count = 2,
                    .blocks = {1, 2},
                    .growth = growth,
                    .stem_channels = 1 + (3 * growth) % 40,
                    .stem_hidden = {1 + growth % 9, 1 + growth % 7},
                    .bottleneck = growth % 5 == 0 ? 0 : 1 + growth % 4,
                    .compression = 0.6,
                    .stem = stem,
                    .channels = channels[growth / 4 % 3],
                    .classes = classes[growth / 2 % 4],
                    .bn_epsilon = 1e-5};
    return fill_example(arch, 1 + growth % 3, small ? 4 + growth % 6 : 17 + growth % 6);
}

static void free_example(example *made)
{
    dn_model_free(made->model);
    free(made->input);
    free(made->logits_gradient);
}

static float *copy_floats(const float *values, size_t count)
{
    float *copy = malloc(count * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, values, count * sizeof *copy);
    return copy;
}

static void run_forward(const example *given, outcome *out)
{
    dn_session *session = open_session(given->model, 2);
    assert_int_equal(dn_session_run(session, given->input, given->images, given->size, given->size,
                                    out->forward),
                     DN_OK);
    dn_session_free(session);
}

static void run_training(const example *given, outcome *out)
{
    dn_engine *engine;
    dn_engine_options options = {
        .images = given->images, .height = given->size, .width = given->size, .team.threads = 2};
    assert_int_equal(dn_engine_create(given->model, &options, &engine), DN_OK);
    assert_int_equal(dn_engine_forward(engine, given->input, given->images, 0, out->training),
                     DN_OK);
    assert_int_equal(dn_engine_backward(engine, given->logits_gradient), DN_OK);
    out->gradients = copy_floats(dn_engine_gradients(engine), out->floats);
    out->parameters = copy_floats(dn_engine_parameters(engine), out->floats);
    dn_engine_free(engine);
}

static outcome run_on(const dn_kernels *level, const example *given)
{
    outcome out = {.logits = (size_t)(given->images * given->arch.classes),
                   .floats = given->model->layout.floats};
    out.forward = malloc(out.logits * sizeof(float));
    out.training = malloc(out.logits * sizeof(float));
    assert_non_null(out.forward);
    assert_non_null(out.training);
    dn_kernels_choose(level);
    run_forward(given, &out);
    run_training(given, &out);
    dn_kernels_choose(NULL);
    return out;
}

static void free_outcome(outcome *out)
{
    free(out->forward);
    free(out->training);
    free(out->gradients);
    free(out->parameters);
}

/* About four times what is measured: batch norms over a few pixels enlarge the
 * errors of rounding, once for each norm on the way. */
static const struct {
    const char *what;
    double most_error;
} bounds[] = {{"logits", 1e-5},
              {"logits of training", 5e-5},
              {"gradients", 2e-4},
              {"running statistics", 1e-6}};

static void compare(const dn_kernels *level, const example *given, const outcome *expected)
{
    outcome found = run_on(level, given);
    const double errors[] = {relative_error(found.forward, expected->forward, found.logits),
                             relative_error(found.training, expected->training, found.logits),
                             relative_error(found.gradients, expected->gradients, found.floats),
                             relative_error(found.parameters, expected->parameters, found.floats)};
    for (int i = 0; i < 4; i++)
        if (!(errors[i] < bounds[i].most_error))
            fail_msg("%s, growth rate %d: %s are off by %.1e", level->name, given->arch.growth,
                     bounds[i].what, errors[i]);
    free_outcome(&found);
}

static void compare_on_every_level(const example *given)
{
    outcome expected = run_on(&dn_kernels_reference, given);
    const dn_kernels *level;
    for (int i = 0; (level = dn_kernels_level(i)); i++)
        compare(level, given, &expected);
    free_outcome(&expected);
}

static void every_growth_rate_on_every_level(void **state)
{
    (void)state;
    for (int growth = 1; growth <= MOST_GROWTH; growth++) {
        example given = new_example(growth);
        compare_on_every_level(&given);
        free_example(&given);
    }
}

/* The backward pass divides the last, lower band of these maps into larger pieces
 * than the bands before it. */
static void a_last_band_of_its_own_cut(void **state)
{
    (void)state;
    dn_arch arch = {.block_count = 1,
                    .blocks = {2},
                    .growth = 40,
                    .stem_channels = 24,
                    .bottleneck = 4,
                    .compression = 0.5,
                    .stem = DN_STEM_CIFAR,
                    .channels = 1,
                    .classes = 2,
                    .bn_epsilon = 1e-5};
    example given = fill_example(arch, 3, 21);
    compare_on_every_level(&given);
    free_example(&given);
}

/* A twin has its level's sizes, and the fastest level is never a twin. */
static void every_level_has_a_twin(void **state)
{
    (void)state;
    static const char *const twins[] = {"baseline-emulated", "neon-emulated", "avx2-emulated",
                                        "avx512-emulated"};
    const dn_kernels *level;
    assert_null(strchr(dn_kernels_best()->name, '-'));
    for (int i = 0; i < 4; i++) {
        setenv("DENSENET_CPU", twins[i], 1);
        dn_kernels_choose(NULL);
        assert_string_equal(dn_cpu_level(), twins[i]);
    }
    unsetenv("DENSENET_CPU");
    dn_kernels_choose(NULL);
    for (int i = 0; (level = dn_kernels_level(i)); i++) {
        bool found = false;
        for (int j = 0; dn_kernels_level(j); j++) {
            const dn_kernels *twin = dn_kernels_level(j);
            size_t length = strlen(level->name);
            found |= strncmp(twin->name, level->name, length) == 0 &&
                     strcmp(twin->name + length, "-emulated") == 0 && twin->lanes == level->lanes &&
                     twin->tile_pixels == level->tile_pixels &&
                     twin->tile_channels == level->tile_channels;
        }
        assert_true(found || strchr(level->name, '-'));
    }
}

int main(void)
{
    unsetenv("DENSENET_CPU");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_growth_rate_on_every_level),
        cmocka_unit_test(a_last_band_of_its_own_cut),
        cmocka_unit_test(every_level_has_a_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
