/* SPDX-License-Identifier: MIT */
#include "allocation.h"
#include "testing.h"

#include "train/ema.h"
#include "train/optimiser.h"

#include <math.h>

static dn_optimiser *create(const dn_optimiser_options *options, size_t size)
{
    dn_optimiser *optimiser;
    dn_parameter all = {0, size};
    assert_int_equal(dn_optimiser_create(options, &all, 1, size, &optimiser), DN_OK);
    return optimiser;
}

static void step(dn_optimiser *optimiser, double rate, double momentum, float *weights,
                 const float *gradients)
{
    const dn_update update = {.rate = rate, .momentum = momentum, .gradient_scale = 1};
    dn_optimiser_step(optimiser, &update, weights, gradients, (dn_team){NULL, 1});
}

/* rate 0.1, momentum 0.5, decay 0.1, a gradient of 1 from w = 1, by hand:
 *   g = 1.1, buffer 1.1;  plain w = 0.89;  Nesterov w = 1 - 0.1 (1.1 + 0.55) = 0.835
 *   g = 1.089, buffer 1.639;  plain w = 0.89 - 0.1639 = 0.7261 */
static void sgd_by_hand(void **state)
{
    (void)state;
    dn_optimiser_options options = {.kind = DN_OPTIMISER_SGD, .momentum = 0.5, .weight_decay = 0.1};
    const float gradient = 1;
    float weight = 1;
    dn_optimiser *optimiser = create(&options, 1);
    step(optimiser, 0.1, 0.5, &weight, &gradient);
    assert_near(weight, 0.89f, 1e-6);
    step(optimiser, 0.1, 0.5, &weight, &gradient);
    assert_near(weight, 0.7261f, 1e-6);
    assert_int_equal(dn_optimiser_steps(optimiser), 2);
    dn_optimiser_free(optimiser);

    options.nesterov = true;
    weight = 1;
    optimiser = create(&options, 1);
    step(optimiser, 0.1, 0.5, &weight, &gradient);
    assert_near(weight, 0.835f, 1e-6);
    dn_optimiser_free(optimiser);
}

/* Adam's first step is the rate in the gradient's direction, whatever its size;
 * the decay is apart: 1 (1 - 0.1 x 0.5) - 0.1 = 0.85. */
static void adamw_by_hand(void **state)
{
    (void)state;
    dn_optimiser_options options;
    assert_int_equal(dn_optimiser_find("adamw", &options), DN_OK);
    options.weight_decay = 0.5;
    const float gradients[] = {1e-3f, -50};
    float weights[] = {1, 1};
    dn_optimiser *optimiser = create(&options, 2);
    step(optimiser, 0.1, 0.9, weights, gradients);
    assert_near(weights[0], 0.85f, 1e-5);
    assert_near(weights[1], 1.05f, 1e-5);
    dn_optimiser_free(optimiser);
}

/* Everything that is not a parameter is left alone, and is not counted in norms. */
static void frozen(void **state)
{
    (void)state;
    dn_optimiser_options options = {.kind = DN_OPTIMISER_SGD, .momentum = 0, .weight_decay = 0.5};
    const dn_parameter parameters[] = {{0, 1}, {1, 1}, {3, 1}};
    float weights[] = {1, 1, 1, 1, 1}, gradients[] = {1, 1, NAN, 1, 1};
    dn_optimiser *optimiser;
    assert_int_equal(dn_optimiser_create(&options, parameters, 3, 5, &optimiser), DN_OK);
    assert_near((float)dn_optimiser_norm(optimiser, gradients, (dn_team){NULL, 1}), sqrtf(3), 1e-6);
    step(optimiser, 0.1, 0, weights, gradients);
    const float expected[] = {0.85f, 0.85f, 1, 0.85f, 1};
    for (int i = 0; i < 5; i++)
        assert_near(weights[i], expected[i], 1e-6);
    dn_optimiser_free(optimiser);
}

enum { MANY = 200001 };

/* Three steps over tensors that chunks do not fit, at different thread counts. */
static float *train(const char *name, int threads, double *norm)
{
    dn_optimiser_options options;
    const dn_parameter parameters[] = {{0, 3}, {3, 70000}, {70003, 1}, {70004, MANY - 70004}};
    dn_optimiser *optimiser;
    float *weights = calloc(MANY, 2 * sizeof *weights), *gradients = weights + MANY;
    assert_non_null(weights);
    assert_int_equal(dn_optimiser_find(name, &options), DN_OK);
    assert_int_equal(dn_optimiser_create(&options, parameters, 4, MANY, &optimiser), DN_OK);
    for (int i = 0; i < MANY; i++)
        weights[i] = sinf((float)i);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++)
            gradients[i] = cosf((float)(i * (round + 1)));
        *norm = dn_optimiser_norm(optimiser, gradients, (dn_team){NULL, threads});
        const dn_update update = {0.1, options.momentum, dn_clip_scale(*norm, 1)};
        dn_optimiser_step(optimiser, &update, weights, gradients, (dn_team){NULL, threads});
    }
    dn_optimiser_free(optimiser);
    return weights;
}

static void same_bits_at_any_thread_count(void **state)
{
    (void)state;
    static const char *const names[] = {"sgd", "adamw"};
    for (int i = 0; i < 2; i++) {
        double norm1, norm3;
        float *one = train(names[i], 1, &norm1), *three = train(names[i], 3, &norm3);
        assert_memory_equal(one, three, MANY * sizeof *one);
        assert_memory_equal(&norm1, &norm3, sizeof norm1);
        free(one);
        free(three);
    }
}

static void clipping(void **state)
{
    (void)state;
    assert_true(dn_clip_scale(0.5, 1) == 1);
    assert_true(dn_clip_scale(100, 0) == 1);
    assert_true(fabs(dn_clip_scale(4, 1) - 0.25) < 1e-6);
}

static void averaging(void **state)
{
    (void)state;
    float average[] = {1, 2}, weights[] = {2, 0};
    dn_ema_update(average, weights, 2, 0.75, (dn_team){NULL, 1});
    assert_near(average[0], 1.25f, 1e-6);
    assert_near(average[1], 1.5f, 1e-6);
    assert_true(fabs(dn_ema_decay(0.999, 0) - 0.1) < 1e-12);
    assert_true(dn_ema_decay(0.999, 1000000) == 0.999);
}

static void bad_options(void **state)
{
    (void)state;
    dn_optimiser_options options;
    dn_optimiser *optimiser;
    const dn_parameter past = {8, 3}, sound = {0, 10};
    assert_int_equal(dn_optimiser_find("adam", &options), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_optimiser_find("sgd", &options), DN_OK);
    assert_int_equal(dn_optimiser_create(&options, &past, 1, 10, &optimiser), DN_ERROR_ARGUMENT);
    options.momentum = 1;
    assert_int_equal(dn_optimiser_create(&options, &sound, 1, 10, &optimiser), DN_ERROR_ARGUMENT);
    options.momentum = 0;
    assert_int_equal(dn_optimiser_create(&options, &sound, 1, 10, &optimiser), DN_ERROR_ARGUMENT);
    options.nesterov = false;
    options.weight_decay = NAN;
    assert_int_equal(dn_optimiser_create(&options, &sound, 1, 10, &optimiser), DN_ERROR_ARGUMENT);
}

static void allocations_that_fail(void **state)
{
    (void)state;
    dn_optimiser_options options;
    assert_int_equal(dn_optimiser_find("adamw", &options), DN_OK);
    const dn_parameter all = {0, 10};
    for (int i = 0;; i++) {
        dn_optimiser *optimiser = NULL;
        fail_allocation(i);
        dn_status status = dn_optimiser_create(&options, &all, 1, 10, &optimiser);
        bool failed = allocation_failed();
        fail_allocation(-1);
        dn_optimiser_free(optimiser);
        if (!failed)
            break;
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_by_hand), cmocka_unit_test(adamw_by_hand),
        cmocka_unit_test(frozen),      cmocka_unit_test(same_bits_at_any_thread_count),
        cmocka_unit_test(clipping),    cmocka_unit_test(averaging),
        cmocka_unit_test(bad_options), cmocka_unit_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
