/* SPDX-License-Identifier: MIT */
/* A level that inherits and replaces two functions, as a level's file defines it, and one that
 * inherits from that. They are twins, which exist on every machine. */
#include "testing.h"

#include "network/model.h"
#include "sessions.h"
#include "train/engine/engine.h"

#include <pthread.h>
#include <stdatomic.h>

#define DN_EMULATED
#define DN_LEVEL counting
#define DN_PARENT avx2
#include "kernels/templates/level_names.h"

static atomic_int convolutions, statistics_runs;

static void count_pointwise(const dn_pointwise *op, dn_piece piece, float *scratch)
{
    atomic_fetch_add(&convolutions, 1);
    DN_PARENT_TABLE.pointwise(op, piece, scratch);
}

static void count_statistics(const dn_statistics *op)
{
    atomic_fetch_add(&statistics_runs, 1);
    DN_PARENT_TABLE.gradients->statistics(op);
}

static const dn_gradient_kernels gradient_kernels = {.statistics = count_statistics};

static dn_whole_level whole, whole_grandchild;

const dn_kernels DN_TABLE = {
    .name = DN_TABLE_NAME,
    .inherits = &DN_PARENT_TABLE,
    .whole = &whole,
    .pointwise = count_pointwise,
    .gradients = &gradient_kernels,
};

static double no_peak(int rounds)
{
    return rounds;
}

static const dn_kernels grandchild = {
    .name = "grandchild-emulated",
    .inherits = &DN_TABLE,
    .whole = &whole_grandchild,
    .peak = no_peak,
};

static const dn_kernels *const tables[] = {&grandchild, &DN_TABLE, &DN_PARENT_TABLE, NULL};

/* As dispatch hands it out. */
static const dn_kernels *level_named(const char *name)
{
    const dn_kernels *found;
    for (int i = 0; (found = dn_kernels_level(i)); i++)
        if (strcmp(found->name, name) == 0)
            return found;
    fail_msg("there is no level %s", name);
    return NULL;
}

static void *first_level(void *name)
{
    return (void *)level_named(name);
}

/* Before anything else, so that all threads find it unfinished. */
static void one_table_for_all_threads(void **state)
{
    (void)state;
    pthread_t threads[8];
    const int count = sizeof threads / sizeof *threads;
    for (int i = 0; i < count; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, first_level, DN_TABLE_NAME), 0);
    for (int i = 0; i < count; i++) {
        void *level = NULL;
        assert_int_equal(pthread_join(threads[i], &level), 0);
        assert_ptr_equal(level, level_named(DN_TABLE_NAME));
        assert_ptr_equal(((const dn_kernels *)level)->conv, DN_PARENT_TABLE.conv);
    }
}

static void same_rows(const dn_kernels *level, const dn_kernels *parent)
{
    assert_int_equal(level->lanes, parent->lanes);
    assert_int_equal(level->tile_pixels, parent->tile_pixels);
    assert_int_equal(level->tile_channels, parent->tile_channels);
    assert_ptr_equal(level->conv, parent->conv);
    assert_ptr_equal(level->winograd, parent->winograd);
    assert_ptr_equal(level->activate, parent->activate);
    assert_ptr_equal(level->max_pool, parent->max_pool);
    assert_ptr_equal(level->global_pool, parent->global_pool);
}

static void same_gradients(const dn_gradient_kernels *level, const dn_gradient_kernels *parent)
{
    assert_ptr_equal(level->dropout, parent->dropout);
    assert_ptr_equal(level->combine, parent->combine);
    assert_ptr_equal(level->norm_gradient, parent->norm_gradient);
    assert_ptr_equal(level->pass_back, parent->pass_back);
    assert_ptr_equal(level->product, parent->product);
    assert_ptr_equal(level->winograd_gradient, parent->winograd_gradient);
    assert_ptr_equal(level->winograd_products, parent->winograd_products);
    assert_ptr_equal(level->winograd_weights, parent->winograd_weights);
    assert_ptr_equal(level->activate_rows, parent->activate_rows);
    assert_ptr_equal(level->pool_rows, parent->pool_rows);
    assert_ptr_equal(level->activated_pool, parent->activated_pool);
    assert_ptr_equal(level->activated_pool_gradient, parent->activated_pool_gradient);
}

static void other_rows_are_the_parents(void **state)
{
    (void)state;
    const dn_kernels *parent = &DN_PARENT_TABLE, *level = level_named(DN_TABLE_NAME),
                     *last = level_named("grandchild-emulated");
    same_rows(level, parent);
    same_rows(last, parent);
    same_gradients(level->gradients, parent->gradients);
    same_gradients(last->gradients, parent->gradients);
    assert_ptr_equal(level->pointwise, count_pointwise);
    assert_ptr_equal(last->pointwise, count_pointwise);
    assert_ptr_equal(level->gradients->statistics, count_statistics);
    assert_ptr_equal(last->gradients->statistics, count_statistics);
    assert_ptr_equal(level->peak, parent->peak);
    assert_ptr_equal(last->peak, no_peak);
    assert_ptr_equal(level_named(parent->name), parent);
}

enum { IMAGES = 2, SIZE = 33, CLASSES = 5, INPUTS = IMAGES * 3 * SIZE * SIZE };

/* Logits of a session and of a step of training, and this step's gradients. */
static float *run_on(const char *name, const dn_model *model, size_t *count)
{
    static float input[INPUTS];
    static const float gradient[IMAGES * CLASSES] = {1, -1, 0.5f, 0, 2};
    size_t logits = IMAGES * CLASSES, floats = model->layout.floats;
    float *made = malloc((2 * logits + floats) * sizeof *made);
    dn_engine_options options = {
        .images = IMAGES, .height = SIZE, .width = SIZE, .team.threads = 2};
    dn_engine *engine;
    assert_non_null(made);
    for (int i = 0; i < INPUTS; i++)
        input[i] = (float)(i * 37 % 101) / 50 - 1;
    assert_int_equal(setenv("DENSENET_CPU", name, 1), 0);
    dn_kernels_choose(NULL);
    assert_string_equal(dn_cpu_level(), name);
    dn_session *session = open_session(model, 2);
    assert_int_equal(dn_session_run(session, input, IMAGES, SIZE, SIZE, made), DN_OK);
    dn_session_free(session);
    assert_int_equal(dn_engine_create(model, &options, &engine), DN_OK);
    assert_int_equal(dn_engine_forward(engine, input, IMAGES, 0, made + logits), DN_OK);
    assert_int_equal(dn_engine_backward(engine, gradient), DN_OK);
    memcpy(made + 2 * logits, dn_engine_gradients(engine), floats * sizeof *made);
    dn_engine_free(engine);
    unsetenv("DENSENET_CPU");
    dn_kernels_choose(NULL);
    *count = 2 * logits + floats;
    return made;
}

static void replaced_rows_run_and_bits_are_the_parents(void **state)
{
    (void)state;
    dn_arch arch = {.block_count = 2,
                    .blocks = {2, 2},
                    .growth = 12,
                    .stem_channels = 24,
                    .bottleneck = 4,
                    .compression = 0.5,
                    .stem = DN_STEM_IMAGENET,
                    .channels = 3,
                    .classes = CLASSES,
                    .bn_epsilon = 1e-5};
    dn_model *model;
    size_t count;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    float *expected = run_on(DN_PARENT_TABLE.name, model, &count);
    assert_int_equal(convolutions, 0);
    float *found = run_on(DN_TABLE_NAME, model, &count);
    assert_memory_equal(found, expected, count * sizeof *found);
    assert_true(convolutions > 0);
    assert_true(statistics_runs > 0);
    free(found);
    free(expected);
    dn_model_free(model);
}

int main(void)
{
    unsetenv("DENSENET_CPU");
    dn_kernels_add(tables);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_table_for_all_threads),
        cmocka_unit_test(other_rows_are_the_parents),
        cmocka_unit_test(replaced_rows_run_and_bits_are_the_parents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
