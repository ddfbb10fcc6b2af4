/* SPDX-License-Identifier: MIT */
/* What a trainer promises about steps of several processes. */
#include "cluster.h"
#include "network/head.h"
#include "relative_error.h"
#include "trainer_fixture.h"

enum { MEMBERS = 2, STEPS = 4 };

typedef struct worker {
    dn_trainer *trainer;
    const dn_batch *parts; /* of a step, the same in each */
    int count, status;
    dn_step_result result;
} worker;

static void *work(void *context)
{
    worker *own = context;
    for (int step = 0; step < STEPS && own->status == DN_OK; step++)
        own->status = (int)dn_trainer_step(own->trainer, own->parts, own->count, &own->result);
    return NULL;
}

static member members[MOST_MEMBERS];

/* Some steps of `count` processes on parts[process]. */
static void train_together(const dn_arch *arch, const dn_trainer_options *of_each, worker *workers,
                           int count)
{
    static cluster all;
    pthread_t threads[MOST_MEMBERS];
    cluster_open(&all, members, count);
    for (int m = 0; m < count; m++) {
        dn_trainer_options options = *of_each;
        options.machines = &members[m].machines;
        workers[m].trainer = new_trainer(arch, &options);
    }
    for (int m = 0; m < count; m++)
        assert_int_equal(pthread_create(&threads[m], NULL, work, &workers[m]), 0);
    for (int m = 0; m < count; m++)
        pthread_join(threads[m], NULL);
    for (int m = 0; m < count; m++)
        assert_int_equal(workers[m].status, DN_OK);
    pthread_barrier_destroy(&all.barrier);
}

static void free_all(worker *workers, int count)
{
    for (int m = 0; m < count; m++)
        dn_trainer_free(workers[m].trainer);
}

/* One trainer with the same parts in each step; norms see each part alone either way. Halves are
 * halves in binary: the same bits. */
static void train_as_one(const dn_trainer_options *options)
{
    const dn_batch both[MEMBERS] = {pictures(0, 2), pictures(2, 2)};
    worker workers[MEMBERS] = {{.parts = &both[0], .count = 1}, {.parts = &both[1], .count = 1}};
    dn_arch arch = small_arch();
    train_together(&arch, options, workers, MEMBERS);
    dn_trainer *one = new_trainer(&arch, options);
    dn_step_result result;
    for (int step = 0; step < STEPS; step++)
        assert_int_equal(dn_trainer_step(one, both, MEMBERS, &result), DN_OK);
    for (int m = 0; m < MEMBERS; m++) {
        assert_same_parameters(workers[m].trainer, one, false);
        assert_near(workers[m].result.loss, result.loss, 1e-6);
        assert_true(workers[m].result.gradient_norm == result.gradient_norm);
        assert_int_equal(workers[m].result.correct, result.correct);
        assert_int_equal(workers[m].result.pictures, 4);
    }
    assert_same_parameters(workers[0].trainer, workers[1].trainer, true);
    free_all(workers, MEMBERS);
    dn_trainer_free(one);
}

static void two_processes_train_as_one(void **state)
{
    (void)state;
    dn_trainer_options options = small_options();
    train_as_one(&options);
    options.precision = "bf16";
    options.ema = 0.9;
    train_as_one(&options);
}

static void assert_near_parameters(const dn_trainer *a, const dn_trainer *b, bool statistics)
{
    const dn_layout *layout = dn_engine_layout(a->engine);
    for (int i = 0; i < layout->count; i++)
        for (size_t k = layout->slots[i].offset;
             k < layout->slots[i].offset + layout->slots[i].count; k++)
            if (statistics || dn_is_trained(&layout->slots[i]))
                assert_near(dn_engine_parameters(a->engine)[k], dn_engine_parameters(b->engine)[k],
                            2e-5);
}

/* Every picture counts alike, or by its class, and a process without any keeps step. */
static void count_by_pictures(const float *class_weights)
{
    const dn_batch parts[MEMBERS][3] = {{pictures(0, 5), pictures(0, 3), {NULL, NULL, 0}},
                                        {pictures(5, 3), {NULL, NULL, 0}, {NULL, NULL, 0}}};
    const dn_batch single[] = {parts[0][0], parts[1][0], parts[0][1]};
    worker workers[MEMBERS] = {{.parts = parts[0], .count = 3}, {.parts = parts[1], .count = 3}};
    dn_arch arch = small_arch();
    dn_trainer_options options = small_options();
    options.class_weights = class_weights;
    train_together(&arch, &options, workers, MEMBERS);
    dn_trainer *one = new_trainer(&arch, &options);
    for (int step = 0; step < STEPS; step++)
        step_with(one, single, 3, 11);
    for (int m = 0; m < MEMBERS; m++) {
        assert_int_equal(workers[m].result.pictures, 11);
        assert_near_parameters(workers[m].trainer, one, false);
    }
    assert_same_parameters(workers[0].trainer, workers[1].trainer, true);
    free_all(workers, MEMBERS);
    dn_trainer_free(one);
}

static void processes_count_by_their_pictures(void **state)
{
    (void)state;
    static const float weights[CLASSES] = {0.3f, 5, 1};
    count_by_pictures(NULL);
    count_by_pictures(weights);
}

/* Running statistics after a first step are means of what each would have, by pictures. */
static void running_statistics_are_means(void **state)
{
    (void)state;
    const dn_batch both[MEMBERS] = {pictures(0, 6), pictures(6, 2)};
    dn_arch arch = small_arch();
    dn_trainer_options options = small_options();
    options.rate = 1e-30; /* weights stay, and so do the statistics of a batch */
    worker workers[MEMBERS] = {{.parts = &both[0], .count = 1}, {.parts = &both[1], .count = 1}};
    train_together(&arch, &options, workers, MEMBERS);
    dn_trainer *alone[MEMBERS];
    for (int m = 0; m < MEMBERS; m++) {
        alone[m] = new_trainer(&arch, &options);
        for (int step = 0; step < STEPS; step++)
            step_with(alone[m], &both[m], 1, both[m].n);
    }
    const dn_layout *layout = dn_engine_layout(alone[0]->engine);
    const float *made = dn_engine_parameters(workers[0].trainer->engine);
    for (int i = 0; i < layout->count; i++)
        for (size_t k = layout->slots[i].offset;
             k < layout->slots[i].offset + layout->slots[i].count; k++)
            if (!dn_is_trained(&layout->slots[i]))
                assert_near(made[k],
                            0.75 * (double)dn_engine_parameters(alone[0]->engine)[k] +
                                0.25 * (double)dn_engine_parameters(alone[1]->engine)[k],
                            1e-6);
    free_all(workers, MEMBERS);
    for (int m = 0; m < MEMBERS; m++)
        dn_trainer_free(alone[m]);
}

/* ---- norms that see the pictures of all ---- */

/* Processes with sizes[0], sizes[1], ... of the pictures are one with all, statistics included. */
static void share_norms(const dn_arch *arch, const dn_trainer_options *given, const int *sizes,
                        int count)
{
    dn_batch parts[MOST_MEMBERS];
    worker workers[MOST_MEMBERS] = {{0}};
    dn_trainer_options options = *given;
    int first = 0;
    for (int m = 0; m < count; first += sizes[m++]) {
        parts[m] = sizes[m] ? pictures(first, sizes[m]) : (dn_batch){NULL, NULL, 0};
        workers[m] = (worker){.parts = &parts[m], .count = 1};
    }
    options.sync_norms = true;
    train_together(arch, &options, workers, count);
    options.sync_norms = false;
    dn_trainer *one = new_trainer(arch, &options);
    const dn_batch whole = pictures(0, first);
    for (int step = 0; step < STEPS; step++)
        step_with(one, &whole, 1, first);
    for (int m = 0; m < count; m++) {
        assert_int_equal(workers[m].result.pictures, first);
        assert_near_parameters(workers[m].trainer, one, true);
        assert_same_parameters(workers[0].trainer, workers[m].trainer, true);
    }
    free_all(workers, count);
    dn_trainer_free(one);
}

static void norms_see_the_pictures_of_all(void **state)
{
    (void)state;
    static const int sizes[][MOST_MEMBERS] = {{4, 4}, {7, 1}, {8, 0}, {3, 0, 1, 4}, {0, 2, 2, 2}};
    static const int counts[] = {2, 2, 2, 4, 4};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        dn_arch arch = small_arch();
        dn_trainer_options options = small_options();
        options.rate = 0.01;
        share_norms(&arch, &options, sizes[i], counts[i]);
        options.low_memory = true;
        share_norms(&arch, &options, sizes[i], counts[i]);
        arch.stem = DN_STEM_IMAGENET; /* whose last maps have one pixel */
        share_norms(&arch, &options, sizes[i], counts[i]);
        assert_true(
            dn_head_parse("mean,norm,linear=5,relu,norm,linear=3", &arch.head, &arch.classes));
        share_norms(&arch, &options, sizes[i], counts[i]);
    }
}

/* One picture in all is too few for norms of one pixel; it is left out by all. */
static void parts_too_small_for_all_are_left_out(void **state)
{
    (void)state;
    const dn_batch parts[MEMBERS][2] = {{pictures(0, 2), pictures(4, 1)},
                                        {pictures(2, 2), {NULL, NULL, 0}}};
    worker workers[MEMBERS] = {{.parts = parts[0], .count = 2}, {.parts = parts[1], .count = 2}};
    dn_arch arch = small_arch();
    arch.stem = DN_STEM_IMAGENET;
    dn_trainer_options options = small_options();
    options.sync_norms = true;
    train_together(&arch, &options, workers, MEMBERS);
    for (int m = 0; m < MEMBERS; m++)
        assert_int_equal(workers[m].result.pictures, 4);
    free_all(workers, MEMBERS);
}

/* ---- what is sent ---- */

static void buckets_change_no_bit(void **state)
{
    (void)state;
    const dn_batch both[MEMBERS] = {pictures(0, 4), pictures(4, 4)};
    static const size_t sizes[] = {0, 1, 400, 100000};
    worker workers[4][MEMBERS];
    dn_arch arch = small_arch();
    for (int i = 0; i < 4; i++) {
        dn_trainer_options options = small_options();
        options.bucket = sizes[i];
        for (int m = 0; m < MEMBERS; m++)
            workers[i][m] = (worker){.parts = &both[m], .count = 1};
        train_together(&arch, &options, workers[i], MEMBERS);
        size_t floats = dn_engine_layout(workers[i][0].trainer->engine)->floats;
        int wanted = sizes[i] == 1 ? (int)floats : sizes[i] == 400 ? (int)(floats + 99) / 100 : 1;
        assert_int_equal(members[0].most_begun, wanted + 1); /* and running statistics */
        assert_same_parameters(workers[0][0].trainer, workers[i][1].trainer, true);
    }
    for (int i = 0; i < 4; i++)
        free_all(workers[i], MEMBERS);
}

/* Gradients of what is frozen at the network's beginning are not sent. */
static void frozen_gradients_stay(void **state)
{
    (void)state;
    const dn_batch both[MEMBERS] = {pictures(0, 4), pictures(4, 4)};
    worker workers[MEMBERS] = {{.parts = &both[0], .count = 1}, {.parts = &both[1], .count = 1}};
    dn_arch arch = small_arch();
    dn_trainer_options options = small_options();
    options.freeze = "features";
    train_together(&arch, &options, workers, MEMBERS);
    const dn_layout *layout = dn_engine_layout(workers[0].trainer->engine);
    size_t linear = layout->slots[layout->count - 1].count + layout->slots[layout->count - 2].count;
    assert_in_range(members[0].floats, STEPS * linear, STEPS * (linear + 64));
    assert_same_parameters(workers[0].trainer, workers[1].trainer, true);
    free_all(workers, MEMBERS);
}

/* ---- faults ---- */

typedef struct failing {
    int left; /* calls until one fails */
} failing;

static dn_status fail_in_time(failing *own)
{
    return own->left-- > 0 ? DN_OK : DN_ERROR_IO;
}

/* Two processes, both like this one. */
static dn_status double_doubles(void *context, double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] *= 2;
    return fail_in_time(context);
}

static dn_status double_floats(void *context, float *values, size_t count, bool exact)
{
    (void)exact;
    for (size_t i = 0; i < count; i++)
        values[i] *= 2;
    return fail_in_time(context);
}

static dn_status pass_on(void *context)
{
    return fail_in_time(context);
}

static void a_fault_ends_the_step(void **state)
{
    (void)state;
    dn_arch arch = small_arch();
    for (int shared = 0; shared < 2; shared++) {
        failing own = {0};
        const dn_machines machines = {.struct_size = sizeof machines,
                                      .count = 2,
                                      .context = &own,
                                      .sum = double_doubles,
                                      .begin = double_floats,
                                      .advance = pass_on,
                                      .finish = pass_on};
        dn_trainer_options options = small_options();
        options.machines = &machines;
        options.sync_norms = shared;
        options.bucket = 1000;
        dn_trainer *trainer = new_trainer(&arch, &options);
        const dn_batch part = pictures(0, 4);
        dn_step_result result;
        dn_status status = DN_ERROR_IO;
        int calls = 0;
        for (; status != DN_OK; calls++) {
            own.left = calls;
            status = dn_trainer_step(trainer, &part, 1, &result);
            assert_int_equal(status, own.left < 0 ? DN_ERROR_IO : DN_OK);
            assert_int_equal(dn_trainer_steps(trainer), status == DN_OK);
        }
        assert_true(calls > 10);
        assert_int_equal(result.pictures, 8);
        dn_trainer_free(trainer);
    }
}

static void impossible_machines_are_refused(void **state)
{
    (void)state;
    static const int ranks[][2] = {{0, 0}, {2, 2}, {-1, 2}};
    dn_arch arch = small_arch();
    dn_model *model;
    dn_trainer *trainer;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 5, &model), DN_OK);
    for (int i = 0; i < 3; i++) {
        const dn_machines machines = {
            .struct_size = sizeof machines, .rank = ranks[i][0], .count = ranks[i][1]};
        dn_trainer_options options = small_options();
        options.machines = &machines;
        assert_int_equal(dn_trainer_create(model, &options, &trainer), DN_ERROR_ARGUMENT);
        assert_non_null(strstr(dn_last_error(), "process"));
    }
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_processes_train_as_one),
        cmocka_unit_test(processes_count_by_their_pictures),
        cmocka_unit_test(running_statistics_are_means),
        cmocka_unit_test(norms_see_the_pictures_of_all),
        cmocka_unit_test(parts_too_small_for_all_are_left_out),
        cmocka_unit_test(buckets_change_no_bit),
        cmocka_unit_test(frozen_gradients_stay),
        cmocka_unit_test(a_fault_ends_the_step),
        cmocka_unit_test(impossible_machines_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
