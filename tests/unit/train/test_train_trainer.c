/* SPDX-License-Identifier: MIT */
/* What a trainer promises about a step on several parts and several machines. */
#include "testing.h"

#include "base/workers.h"
#include "ledger.h"
#include "train/trainer.h"

#include <math.h>
#include <pthread.h>

enum { SIDE = 8, CLASSES = 3, PICTURE = 3 * SIDE * SIDE, PICTURES = 8, MACHINES = 2 };

static dn_arch small_arch(void)
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

static dn_trainer_options small_options(void)
{
    dn_trainer_options options;
    dn_trainer_defaults(&options, sizeof options);
    options.batch = PICTURES;
    options.height = options.width = SIDE;
    options.threads = 1;
    options.steps = 10;
    return options;
}

static dn_trainer *new_trainer(const dn_arch *arch, const dn_trainer_options *options)
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
static dn_batch pictures(int first, int n)
{
    static float input[PICTURES * PICTURE], targets[PICTURES * CLASSES];
    for (int i = 0; i < PICTURES * PICTURE; i++)
        input[i] = (float)(i * 37 % 101 - 50) * 0.02f;
    for (int i = 0; i < PICTURES * CLASSES; i++)
        targets[i] = i % CLASSES == i / CLASSES % CLASSES ? 1 : 0;
    return (dn_batch){input + first * PICTURE, targets + first * CLASSES, n};
}

static void assert_same_parameters(const dn_trainer *a, const dn_trainer *b, bool statistics)
{
    const dn_layout *layout = dn_engine_layout(a->engine);
    for (int i = 0; i < layout->count; i++)
        if (statistics || dn_is_trained(&layout->slots[i]))
            assert_memory_equal(dn_engine_parameters(a->engine) + layout->slots[i].offset,
                                dn_engine_parameters(b->engine) + layout->slots[i].offset,
                                layout->slots[i].count * sizeof(float));
}

/* ---- parts ---- */

static void step_with(dn_trainer *trainer, const dn_batch *parts, int count, int taken)
{
    dn_step_result result;
    if (dn_trainer_step(trainer, parts, count, &result) != DN_OK)
        fail_msg("%s", dn_last_error());
    assert_int_equal(result.pictures, taken);
}

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

/* ---- many machines: a thread each ---- */

typedef struct cluster {
    pthread_barrier_t barrier;
    float *values[MACHINES];
} cluster;

typedef struct machine {
    cluster *all;
    int number, steps, status;
    dn_batch parts[2];
    dn_trainer *trainer;
    dn_step_result result;
} machine;

static dn_status sum_over_machines(float *values, size_t count, void *context)
{
    const machine *own = context;
    cluster *all = own->all;
    all->values[own->number] = values;
    pthread_barrier_wait(&all->barrier);
    for (size_t i = 0; i < count && own->number == 0; i++) {
        float sum = 0;
        for (int m = 0; m < MACHINES; m++)
            sum += all->values[m][i];
        for (int m = 0; m < MACHINES; m++)
            all->values[m][i] = sum;
    }
    pthread_barrier_wait(&all->barrier);
    return DN_OK;
}

static void *run_machine(void *context)
{
    machine *own = context;
    for (int step = 0; step < own->steps && own->status == DN_OK; step++)
        own->status = (int)dn_trainer_step(own->trainer, &own->parts[step % 2], 1, &own->result);
    return NULL;
}

/* Two machines step by step, on parts[machine][step]. */
static void run_cluster(machine machines[MACHINES], const dn_batch parts[MACHINES][2], int steps,
                        const dn_trainer_options *of_each)
{
    static cluster all;
    dn_arch arch = small_arch();
    pthread_t threads[MACHINES];
    pthread_barrier_init(&all.barrier, NULL, MACHINES);
    for (int m = 0; m < MACHINES; m++) {
        dn_trainer_options options = *of_each;
        options.sum = sum_over_machines;
        options.sum_context = &machines[m];
        machines[m] = (machine){.all = &all,
                                .number = m,
                                .steps = steps,
                                .parts = {parts[m][0], parts[m][1]},
                                .trainer = new_trainer(&arch, &options)};
    }
    for (int m = 0; m < MACHINES; m++)
        assert_int_equal(pthread_create(&threads[m], NULL, run_machine, &machines[m]), 0);
    for (int m = 0; m < MACHINES; m++)
        pthread_join(threads[m], NULL);
    pthread_barrier_destroy(&all.barrier);
}

/* One trainer with the same parts in each step; norms see each part alone either
 * way. Halves are halves in binary: the same bits. */
static void train_as_one(const dn_trainer_options *options)
{
    const dn_batch parts[MACHINES][2] = {{pictures(0, 2), pictures(4, 2)},
                                         {pictures(2, 2), pictures(6, 2)}};
    machine machines[MACHINES];
    run_cluster(machines, parts, 4, options);
    dn_arch arch = small_arch();
    dn_trainer *one = new_trainer(&arch, options);
    dn_step_result result;
    for (int step = 0; step < 4; step++) {
        const dn_batch both[] = {parts[0][step % 2], parts[1][step % 2]};
        assert_int_equal(dn_trainer_step(one, both, 2, &result), DN_OK);
    }
    for (int m = 0; m < MACHINES; m++) {
        assert_int_equal(machines[m].status, DN_OK);
        assert_same_parameters(machines[m].trainer, one, false);
        assert_near(machines[m].result.loss, result.loss, 1e-6);
        assert_true(machines[m].result.gradient_norm == result.gradient_norm);
        assert_int_equal(machines[m].result.correct, result.correct);
        assert_int_equal(machines[m].result.pictures, 4);
        dn_trainer_free(machines[m].trainer);
    }
    dn_trainer_free(one);
}

static void two_machines_train_as_one(void **state)
{
    (void)state;
    dn_trainer_options options = small_options();
    train_as_one(&options);
    options.precision = "bf16";
    options.ema = 0.9;
    train_as_one(&options);
}

/* Every picture counts alike, or by its class, and a machine without any keeps step. */
static void count_by_pictures(const float *class_weights)
{
    const dn_batch parts[MACHINES][2] = {{pictures(0, 6), pictures(0, 3)},
                                         {pictures(6, 2), {NULL, NULL, 0}}};
    machine machines[MACHINES];
    dn_arch arch = small_arch();
    dn_trainer_options options = small_options();
    options.class_weights = class_weights;
    run_cluster(machines, parts, 2, &options);
    dn_trainer *one = new_trainer(&arch, &options);
    const dn_batch first[] = {parts[0][0], parts[1][0]};
    step_with(one, first, 2, 8);
    step_with(one, &parts[0][1], 1, 3);
    const dn_layout *layout = dn_engine_layout(one->engine);
    for (int m = 0; m < MACHINES; m++) {
        assert_int_equal(machines[m].status, DN_OK);
        assert_int_equal(machines[m].result.pictures, 3);
        for (int i = 0; i < layout->count; i++)
            for (size_t k = 0; k < layout->slots[i].count && dn_is_trained(&layout->slots[i]); k++)
                assert_near(
                    dn_engine_parameters(machines[m].trainer->engine)[layout->slots[i].offset + k],
                    dn_engine_parameters(one->engine)[layout->slots[i].offset + k], 1e-6);
    }
    assert_same_parameters(machines[0].trainer, machines[1].trainer, false);
    for (int m = 0; m < MACHINES; m++)
        dn_trainer_free(machines[m].trainer);
    dn_trainer_free(one);
}

static void machines_count_by_their_pictures(void **state)
{
    (void)state;
    static const float weights[CLASSES] = {0.3f, 5, 1};
    count_by_pictures(NULL);
    count_by_pictures(weights);
}

/* As many machines as are promised, all like this one. */
static dn_status sum_over_likes(float *values, size_t count, void *context)
{
    for (size_t i = 0; i < count; i++)
        values[i] *= (float)*(const int *)context;
    return DN_OK;
}

/* More pictures than floats can count. */
static void counts_over_machines_are_exact(void **state)
{
    (void)state;
    enum { PARTS = 513 };
    static dn_batch parts[PARTS];
    int machines = 4095;
    dn_arch arch = small_arch();
    arch.block_count = 1;
    arch.blocks[0] = 1;
    dn_trainer_options options = small_options();
    options.sum = sum_over_likes;
    options.sum_context = &machines;
    dn_trainer *trainer = new_trainer(&arch, &options);
    for (int i = 0; i < PARTS; i++)
        parts[i] = pictures(0, i ? 8 : 3);
    step_with(trainer, parts, PARTS, machines * (8 * PARTS - 5));
    dn_trainer_free(trainer);
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
        cmocka_unit_test(two_machines_train_as_one),
        cmocka_unit_test(machines_count_by_their_pictures),
        cmocka_unit_test(counts_over_machines_are_exact),
        cmocka_unit_test(memory_comes_from_the_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
