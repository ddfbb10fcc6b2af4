/* SPDX-License-Identifier: MIT */
/* What a trainer promises about a step on several parts. */
#include "trainer_fixture.h"

#include "ledger.h"

#include <math.h>

/* ---- parts ---- */

static void parts_without_pictures_are_passed_over(void **state)
{
    (void)state;
    dn_arch arch = small_arch();
    dn_trainer_options options = small_options();
    dn_trainer *whole = new_trainer(&arch, &options), *holed = new_trainer(&arch, &options);
    const dn_batch parts[] = {pictures(0, 4), pictures(4, 4), {0}};
    const dn_batch holes[] = {parts[0], parts[1], {NULL, NULL, 0}, {0}};
    step_with(whole, parts, 2, 8);
    step_with(holed, holes, 4, 8);
    assert_same_parameters(whole, holed, true);
    step_with(holed, &holes[2], 1, 0); /* no picture at all */
    assert_int_equal(dn_trainer_steps(holed), 2);
    dn_trainer_free(whole);
    dn_trainer_free(holed);
}

/* Five halvings of 8x8 pixels: one is left, which a single picture's batch norm
 * cannot normalise. */
static void parts_too_small_for_batch_norm_are_passed_over(void **state)
{
    (void)state;
    dn_arch arch = small_arch();
    arch.stem = DN_STEM_IMAGENET;
    dn_trainer_options options = small_options();
    options.height = options.width = 8;
    dn_trainer *whole = new_trainer(&arch, &options), *holed = new_trainer(&arch, &options);
    assert_int_equal(dn_engine_least(whole->engine), 2);
    const dn_batch parts[] = {pictures(0, 4), pictures(4, 1)};
    step_with(whole, parts, 1, 4);
    step_with(holed, parts, 2, 4);
    assert_same_parameters(whole, holed, true);
    dn_trainer_free(whole);
    dn_trainer_free(holed);
}

static void steps_without_parts_are_refused(void **state)
{
    (void)state;
    dn_arch arch = small_arch();
    dn_trainer_options options = small_options();
    dn_trainer *trainer = new_trainer(&arch, &options);
    dn_batch part = pictures(0, 4);
    dn_step_result result;
    assert_int_equal(dn_trainer_step(trainer, &part, 0, &result), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_trainer_step(trainer, &part, -1, &result), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_trainer_steps(trainer), 0);
    dn_trainer_free(trainer);
}

/* A class of weight 0 is as if its pictures had no gradient, and equal weights as if there were
 * none; what the options pointed to is not needed any more. */
static void weights_of_classes(void **state)
{
    (void)state;
    float equal[CLASSES] = {4, 4, 4}, one[CLASSES] = {1, 1, 1}, last[CLASSES] = {0, 0, 2};
    dn_arch arch = small_arch();
    dn_trainer_options options = small_options();
    dn_trainer *plain = new_trainer(&arch, &options);
    options.class_weights = one;
    dn_trainer *ones = new_trainer(&arch, &options);
    options.class_weights = equal;
    options.soft_targets = true; /* the divisor is rows: four times the loss */
    dn_trainer *soft = new_trainer(&arch, &options);
    options.soft_targets = false;
    options.class_weights = last;
    dn_trainer *third = new_trainer(&arch, &options);
    memset(last, 0, sizeof last);
    const dn_batch all = pictures(0, 8), others = pictures(0, 2);
    dn_step_result result, weighted;
    assert_int_equal(dn_trainer_step(plain, &all, 1, &result), DN_OK);
    assert_int_equal(dn_trainer_step(ones, &all, 1, &weighted), DN_OK);
    assert_same_parameters(plain, ones, true);
    assert_int_equal(dn_trainer_step(soft, &all, 1, &weighted), DN_OK);
    assert_near(weighted.loss, 4 * result.loss, 1e-6);
    assert_near(weighted.gradient_norm, 4 * result.gradient_norm, 1e-4);
    assert_int_equal(dn_trainer_step(third, &others, 1, &weighted), DN_OK);
    assert_true(weighted.loss == 0 && weighted.gradient_norm == 0);
    assert_int_equal(dn_trainer_step(third, &all, 1, &weighted), DN_OK);
    assert_true(weighted.loss > 0);
    dn_trainer_free(plain);
    dn_trainer_free(ones);
    dn_trainer_free(soft);
    dn_trainer_free(third);
}

/* ---- plans ---- */

static void the_plan_counts_what_the_optimiser_keeps(void **state)
{
    (void)state;
    dn_arch arch = small_arch();
    dn_layout layout;
    assert_int_equal(dn_layout_create(&arch, &layout), DN_OK);
    size_t floats = layout.floats * sizeof(float), with, without, adam, averaged;
    dn_layout_free(&layout);
    dn_trainer_options options = small_options();
    assert_int_equal(dn_trainer_plan(&arch, &options, &with), DN_OK);
    options.momentum = 0; /* whose buffers are kept all the same */
    options.nesterov = false;
    assert_int_equal(dn_trainer_plan(&arch, &options, &without), DN_OK);
    assert_int_equal(without, with);
    dn_trainer *trainer = new_trainer(&arch, &options);
    assert_non_null(dn_optimiser_slot(trainer->optimiser, 0));
    assert_null(dn_optimiser_slot(trainer->optimiser, 1));
    dn_trainer_free(trainer);
    options.optimiser = "adamw";
    assert_int_equal(dn_trainer_plan(&arch, &options, &adam), DN_OK);
    assert_int_equal(adam, with + floats);
    options.ema = 0.9;
    assert_int_equal(dn_trainer_plan(&arch, &options, &averaged), DN_OK);
    assert_int_equal(averaged, adam + floats);
    options.optimiser = "lion";
    assert_int_equal(dn_trainer_plan(&arch, &options, &adam), DN_ERROR_ARGUMENT);
}

static void impossible_thread_counts_are_refused(void **state)
{
    (void)state;
    dn_arch arch = small_arch();
    dn_trainer_options options = small_options();
    dn_model *model;
    dn_trainer *trainer;
    dn_session *session;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 5, &model), DN_OK);
    static const int impossible[] = {-1, DN_MOST_THREADS + 1};
    for (int i = 0; i < 2; i++) {
        options.threads = impossible[i];
        assert_int_equal(dn_trainer_create(model, &options, &trainer), DN_ERROR_ARGUMENT);
        dn_session_options session_options;
        dn_session_defaults(&session_options, sizeof session_options);
        session_options.threads = impossible[i];
        assert_int_equal(dn_session_create(model, &session_options, &session), DN_ERROR_ARGUMENT);
        assert_non_null(strstr(dn_last_error(), "from 1 to 4096"));
    }
    options.threads = 0;
    assert_int_equal(dn_trainer_create(model, &options, &trainer), DN_OK);
    assert_int_equal(trainer->team.threads, dn_core_count());
    dn_trainer_free(trainer);
    dn_model_free(model);
}

/* Numbers that are none are out of every range too. */
static void impossible_options_are_refused(void **state)
{
    (void)state;
    const dn_arch arch = small_arch();
    dn_model *model;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 5, &model), DN_OK);
    static const float negative[CLASSES] = {1, 1, -1}, zeros[CLASSES] = {0}, sound[CLASSES] = {1};
    dn_trainer_options options[] = {small_options(), small_options(), small_options(),
                                    small_options(), small_options(), small_options(),
                                    small_options(), small_options(), small_options()};
    options[0].batch = 0;
    options[1].smoothing = 1;
    options[2].smoothing = (double)NAN;
    options[3].ema = -0.1;
    options[4].ema = (double)NAN;
    options[5].clip = -1;
    options[6].class_weights = negative;
    options[7].class_weights = zeros;
    options[8].positive_weights = sound; /* of a network of classes */
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        dn_trainer *trainer;
        assert_int_equal(dn_trainer_create(model, &options[i], &trainer), DN_ERROR_ARGUMENT);
        assert_non_null(strstr(dn_last_error(), "training: "));
    }
    dn_model_free(model);
}

/* Each allocation may fail; what is lent comes back. */
static void memory_comes_from_the_allocator(void **state)
{
    (void)state;
    const dn_arch arch = small_arch();
    dn_model *model;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 5, &model), DN_OK);
    for (int possible = 0;; possible++) {
        ledger l = {.left = possible};
        dn_allocator allocator = {lend, take_back, &l};
        dn_trainer_options options = small_options();
        options.allocator = &allocator;
        options.optimiser = "adamw";
        options.ema = 0.9;
        dn_trainer *trainer;
        dn_status status = dn_trainer_create(model, &options, &trainer);
        if (status == DN_OK) {
            size_t planned;
            assert_int_equal(dn_trainer_plan(&arch, &options, &planned), DN_OK);
            assert_true(l.held > planned - 8192 && l.held <= planned + 8192);
            assert_int_equal(possible, 4); /* arena, two arrays of Adam's, averages */
            dn_trainer_free(trainer);
        }
        assert_int_equal(l.held, 0);
        if (status == DN_OK)
            break;
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_without_pictures_are_passed_over),
        cmocka_unit_test(parts_too_small_for_batch_norm_are_passed_over),
        cmocka_unit_test(steps_without_parts_are_refused),
        cmocka_unit_test(weights_of_classes),
        cmocka_unit_test(the_plan_counts_what_the_optimiser_keeps),
        cmocka_unit_test(impossible_thread_counts_are_refused),
        cmocka_unit_test(impossible_options_are_refused),
        cmocka_unit_test(memory_comes_from_the_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
