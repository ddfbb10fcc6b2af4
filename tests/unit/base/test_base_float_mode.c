/* SPDX-License-Identifier: MIT */
/* Numbers below the normal ones are 0 in the library's work, on every thread, and in nobody else's;
 * how the caller computes changes no result, and is not changed. */
#include "testing.h"

#include "base/float_mode.h"
#include "base/workers.h"
#include "sessions.h"
#include "train/trainer.h"

#include <fenv.h>
#include <math.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

enum { TASKS = 64, SIDE = 16, PICTURE = 3 * SIDE * SIDE, PICTURES = 4 };

/* Half of the smallest normal number, computed here and now. */
static float tiny(void)
{
    volatile float smallest = 0x1p-126f, half = 0.5f;
    volatile float product = smallest * half;
    return product;
}

/* Whether this processor is one whose mode the library knows. */
static bool flushes(void)
{
    dn_float_mode before = dn_float_mode_enter();
    volatile float computed = tiny();
    dn_float_mode_leave(before);
    return computed != 0x1p-127f;
}

static void look(void *context, int task, int thread)
{
    (void)thread;
    volatile float denormal = 0x1p-130f, large = 0x1p100f;
    volatile float product = denormal * large;
    ((bool *)context)[task] = tiny() == 0 && product == 0;
}

static void every_thread_flushes(void **state)
{
    (void)state;
    bool seen[TASKS];
    for (int threads = 1; threads <= 4; threads++) {
        memset(seen, 0, sizeof seen);
        dn_parallel((dn_team){NULL, threads}, TASKS, look, seen);
        for (int i = 0; i < TASKS; i++)
            assert_true(seen[i] == flushes());
        assert_true(tiny() == 0x1p-127f);
    }
}

#if defined(__x86_64__)
static unsigned control(void)
{
    return _mm_getcsr();
}
#else
static unsigned control(void)
{
    return (unsigned)fegetround();
}
#endif

static const dn_arch arch = {.block_count = 2,
                             .blocks = {2, 1},
                             .growth = 4,
                             .stem_channels = 8,
                             .bottleneck = 4,
                             .compression = 0.5,
                             .stem = DN_STEM_CIFAR,
                             .channels = 3,
                             .classes = 3,
                             .bn_epsilon = 1e-5};

/* A network whose first convolution is scaled. */
static dn_model *scaled_model(float scale)
{
    dn_model *model;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 5, &model), DN_OK);
    float *weights = model->storage + model->layout.slots[0].offset;
    for (size_t i = 0; i < model->layout.slots[0].count; i++)
        weights[i] *= scale;
    return model;
}

static const float *pictures(void)
{
    static float input[PICTURES * PICTURE];
    for (int i = 0; i < PICTURES * PICTURE; i++)
        input[i] = (float)(i * 37 % 101 - 50) * 0x1p-6f; /* exact in every mode */
    return input;
}

static void run(const dn_model *model, int threads, float logits[PICTURES * 3], float *map)
{
    dn_session_options options;
    dn_session *session;
    int height, width;
    dn_session_defaults(&options, sizeof options);
    options.threads = threads;
    assert_int_equal(dn_session_create(model, &options, &session), DN_OK);
    unsigned before = control();
    assert_int_equal(dn_session_run(session, pictures(), PICTURES, SIDE, SIDE, logits), DN_OK);
    assert_int_equal(dn_session_cam(session, 1, 2, map, &height, &width), DN_OK);
    assert_int_equal(control(), before);
    dn_session_free(session);
}

/* The same bits on any number of threads, whichever way the caller rounds. */
static void inference(void **state)
{
    (void)state;
    static const float scales[] = {1e-39f, 1e-37f, 1};
    for (int i = 0; i < 3; i++) {
        dn_model *model = scaled_model(scales[i]);
        float logits[PICTURES * 3], others[PICTURES * 3], map[SIDE * SIDE], other[SIDE * SIDE];
        memset(map, 0, sizeof map);
        memset(other, 0, sizeof other);
        run(model, 1, logits, map);
        run(model, 3, others, other);
        assert_memory_equal(logits, others, sizeof logits);
        assert_memory_equal(map, other, sizeof map);
        for (int mode = 0; mode < 2; mode++) {
            fesetround(mode ? FE_UPWARD : FE_TOWARDZERO);
            run(model, 1, others, other);
            fesetround(FE_TONEAREST);
            assert_memory_equal(logits, others, sizeof logits);
        }
        dn_model_free(model);
    }
}

static void train(const dn_model *model, int threads, float *parameters)
{
    static const float targets[PICTURES * 3] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0};
    dn_trainer_options options;
    dn_trainer *trainer;
    dn_step_result result;
    dn_trainer_defaults(&options, sizeof options);
    options.batch = PICTURES;
    options.height = options.width = SIDE;
    options.threads = threads;
    options.steps = 10;
    options.ema = 0.9;
    assert_int_equal(dn_trainer_create(model, &options, &trainer), DN_OK);
    const dn_batch batch = {pictures(), targets, PICTURES};
    unsigned before = control();
    for (int i = 0; i < 3; i++)
        assert_int_equal(dn_trainer_step(trainer, &batch, 1, &result), DN_OK);
    assert_int_equal(control(), before);
    memcpy(parameters, dn_engine_parameters(trainer->engine), model->layout.floats * sizeof(float));
    dn_trainer_free(trainer);
}

static void training(void **state)
{
    (void)state;
    static float one[20000], three[20000];
    dn_model *model = scaled_model(1e-39f);
    assert_true(model->layout.floats <= 20000);
    train(model, 1, one);
    train(model, 3, three);
    assert_memory_equal(one, three, model->layout.floats * sizeof(float));
    dn_model_free(model);
    model = scaled_model(1);
    train(model, 1, one);
    fesetround(FE_UPWARD);
    train(model, 3, three);
    fesetround(FE_TONEAREST);
    assert_memory_equal(one, three, model->layout.floats * sizeof(float));
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_thread_flushes),
        cmocka_unit_test(inference),
        cmocka_unit_test(training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
