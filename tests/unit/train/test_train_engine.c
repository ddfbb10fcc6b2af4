/* SPDX-License-Identifier: MIT */
/* What the training engine promises besides correct numbers. */
#include "testing.h"

#include "allocation.h"
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

static dn_arch small_arch(dn_stem stem, int bottleneck)
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

static dn_model *new_model(const dn_arch *arch)
{
    dn_model *model;
    assert_int_equal(dn_model_init(arch, DN_INIT_PAPER, 5, &model), DN_OK);
    return model;
}

static const float *pictures(void)
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

static const float *logits_gradient(void)
{
    static float values[MOST_IMAGES * CLASSES];
    for (int i = 0; i < MOST_IMAGES * CLASSES; i++)
        values[i] = (float)(i * 7 % 11 - 5) * 0.03f;
    return values;
}

static fixture new_fixture(const dn_arch *arch, const dn_engine_options *options)
{
    fixture made = {0};
    dn_model *model = new_model(arch);
    assert_int_equal(dn_engine_create(model, options, &made.engine), DN_OK);
    made.floats = model->layout.floats;
    dn_model_free(model);
    return made;
}

static float *copy_floats(const float *values, size_t count)
{
    float *copy = malloc(count * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, values, count * sizeof *copy);
    return copy;
}

static void pass(fixture *made, int n, uint64_t noise)
{
    assert_int_equal(dn_engine_forward(made->engine, pictures(), n, noise, made->logits), DN_OK);
    assert_int_equal(dn_engine_backward(made->engine, logits_gradient()), DN_OK);
    free(made->gradients);
    free(made->parameters);
    made->gradients = copy_floats(dn_engine_gradients(made->engine), made->floats);
    made->parameters = copy_floats(dn_engine_parameters(made->engine), made->floats);
}

static void free_fixture(fixture *made)
{
    dn_engine_free(made->engine);
    free(made->gradients);
    free(made->parameters);
}

static fixture run(const dn_arch *arch, const dn_engine_options *options, int n, uint64_t noise)
{
    fixture made = new_fixture(arch, options);
    pass(&made, n, noise);
    return made;
}

static void assert_same(const fixture *a, const fixture *b, int n)
{
    assert_memory_equal(a->logits, b->logits, (size_t)(n * CLASSES) * sizeof(float));
    assert_memory_equal(a->gradients, b->gradients, a->floats * sizeof(float));
    assert_memory_equal(a->parameters, b->parameters, a->floats * sizeof(float));
}

/* ---- the same bits ---- */

static void bits_do_not_depend_on_threads_or_memory(void **state)
{
    (void)state;
    static const struct {
        dn_stem stem;
        int bottleneck, height, width;
    } networks[] = {{DN_STEM_IMAGENET, 4, 37, 33},
                    {DN_STEM_DEEP, 2, 34, 40},
                    {DN_STEM_CIFAR, 0, 9, 11},
                    {DN_STEM_CIFAR_NORM, 4, 8, 6}};
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        dn_arch arch = small_arch(networks[i].stem, networks[i].bottleneck);
        dn_engine_options options = {.images = 5,
                                     .height = networks[i].height,
                                     .width = networks[i].width,
                                     .team.threads = 1,
                                     .dropout = 0.2};
        fixture one = run(&arch, &options, 5, 9);
        for (int threads = 2; threads < 8; threads += 2) {
            options.team.threads = threads;
            options.low_memory = threads == 4;
            fixture other = run(&arch, &options, 5, 9);
            assert_same(&one, &other, 5);
            free_fixture(&other);
        }
        free_fixture(&one);
    }
}

/* ---- a smaller batch than was planned for ---- */

/* The effect of a batch of n on a network: the bits must be those of an engine
 * planned for n. */
static void compare_plans(const dn_arch *arch, const dn_engine_options *options, int n)
{
    dn_engine_options own = *options;
    own.images = n;
    own.team.threads = 1;
    fixture large = new_fixture(arch, options), small = new_fixture(arch, &own);
    size_t values = (size_t)n * (size_t)(arch->channels * options->height * options->width);
    float *input = malloc(values * sizeof *input);
    float *logits = malloc((size_t)(2 * n * CLASSES) * sizeof *logits);
    assert_non_null(input);
    assert_non_null(logits);
    for (size_t i = 0; i < values; i++)
        input[i] = pictures()[i % (MOST_VALUES - 1)];
    fixture *both[] = {&large, &small};
    for (int i = 0; i < 2; i++) {
        float *own_logits = logits + (size_t)(i * n * CLASSES);
        assert_int_equal(dn_engine_forward(both[i]->engine, input, n, 3, own_logits), DN_OK);
        assert_int_equal(dn_engine_backward(both[i]->engine, input), DN_OK);
    }
    assert_memory_equal(logits, logits + n * CLASSES, (size_t)(n * CLASSES) * sizeof *logits);
    assert_memory_equal(dn_engine_gradients(large.engine), dn_engine_gradients(small.engine),
                        large.floats * sizeof(float));
    assert_memory_equal(dn_engine_parameters(large.engine), dn_engine_parameters(small.engine),
                        large.floats * sizeof(float));
    free(input);
    free(logits);
    free_fixture(&large);
    free_fixture(&small);
}

/* Every smaller batch, of networks whose maps are split in every way. */
static void a_smaller_batch_needs_no_other_plan(void **state)
{
    (void)state;
    static const struct {
        dn_stem stem;
        int bottleneck, images, height, width, threads;
        bool low;
    } plans[] = {
        {DN_STEM_IMAGENET, 4, MOST_IMAGES, 40, 40, 2, false},
        {DN_STEM_IMAGENET, 4, 9, 97, 65, 3, true},
        {DN_STEM_DEEP, 0, 7, 65, 83, 4, false},
        {DN_STEM_CIFAR, 0, 18, 32, 32, 2, false},
        {DN_STEM_CIFAR, 4, 18, 32, 32, 3, true},
        {DN_STEM_CIFAR_NORM, 2, 40, 9, 11, 1, false},
    };
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        dn_arch arch = small_arch(plans[i].stem, plans[i].bottleneck);
        dn_engine_options options = {.images = plans[i].images,
                                     .height = plans[i].height,
                                     .width = plans[i].width,
                                     .team.threads = plans[i].threads,
                                     .low_memory = plans[i].low,
                                     .dropout = 0.1};
        for (int n = 1; n <= options.images; n++)
            compare_plans(&arch, &options, n);
    }
}

/* A network whose 1x1 convolutions need the most memory. */
static dn_arch wide_arch(void)
{
    dn_arch arch = small_arch(DN_STEM_CIFAR, 16);
    arch.blocks[0] = arch.blocks[1] = 1;
    arch.growth = 2;
    arch.stem_channels = 200;
    return arch;
}

/* 100 pictures of 32x32 are divided into fewer splits than 64. */
static void fewer_pictures_may_be_cut_finer(void **state)
{
    (void)state;
    dn_arch plain = small_arch(DN_STEM_CIFAR, 0), wide = wide_arch();
    dn_engine_options options = {.images = 100, .height = 32, .width = 32, .team.threads = 2};
    compare_plans(&plain, &options, 64);
    plain.blocks[0] = plain.blocks[1] = 1;
    for (int n = 3; n <= 100; n += 7)
        compare_plans(&plain, &options, n);
    options.height = options.width = 8;
    for (int n = 1; n <= 100; n++)
        compare_plans(&wide, &options, n);
}

/* What an engine plans for more pictures is never less. */
static void plans_grow_with_the_batch(void **state)
{
    (void)state;
    dn_arch archs[] = {small_arch(DN_STEM_CIFAR, 0), wide_arch(), small_arch(DN_STEM_IMAGENET, 4)};
    for (int size = 8; size <= 230; size += 37)
        for (int i = 0; i < 3; i++) {
            const dn_arch *arch = &archs[i];
            size_t before = 0;
            for (int images = 4; images <= 160; images++) {
                dn_engine_options options = {
                    .images = images, .height = size, .width = size, .team.threads = 1};
                dn_engine_bytes bytes;
                assert_int_equal(dn_engine_plan(arch, &options, &bytes), DN_OK);
                assert_true(bytes.scratch >= before);
                before = bytes.scratch;
            }
        }
}

static void dropout_depends_on_noise_alone(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_CIFAR, 4);
    dn_engine_options options = {
        .images = 4, .height = 12, .width = 12, .team.threads = 2, .dropout = 0.2};
    fixture a = run(&arch, &options, 4, 1), b = run(&arch, &options, 4, 2);
    assert_memory_not_equal(a.logits, b.logits, 4 * CLASSES * sizeof(float));
    fixture again = new_fixture(&arch, &options);
    assert_int_equal(dn_engine_forward(again.engine, pictures(), 4, 2, again.logits), DN_OK);
    dn_engine_free(again.engine);
    assert_memory_equal(again.logits, b.logits, 4 * CLASSES * sizeof(float));
    free_fixture(&a);
    free_fixture(&b);
}

/* ---- gradients ---- */

static void gradients_add_up(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_IMAGENET, 4);
    dn_engine_options options = {.images = 4, .height = 32, .width = 32, .team.threads = 2};
    fixture once = run(&arch, &options, 4, 0);
    fixture twice = new_fixture(&arch, &options);
    pass(&twice, 4, 0);
    pass(&twice, 4, 0);
    for (size_t i = 0; i < once.floats; i++)
        assert_true(twice.gradients[i] == 2 * once.gradients[i]);
    dn_engine_clear(twice.engine);
    for (size_t i = 0; i < once.floats; i++)
        assert_true(dn_engine_gradients(twice.engine)[i] == 0);
    free_fixture(&once);
    free_fixture(&twice);
}

static void frozen_slots_get_no_gradient(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_IMAGENET, 4);
    dn_engine_options options = {.images = 4, .height = 32, .width = 32, .team.threads = 2};
    fixture all = run(&arch, &options, 4, 0);
    const dn_layout *layout = dn_engine_layout(all.engine);
    bool *frozen = calloc((size_t)layout->count, sizeof *frozen);
    assert_non_null(frozen);
    options.frozen = frozen;
    for (int first = 0; first < layout->count; first += 7) {
        for (int slot = 0; slot < layout->count; slot++)
            frozen[slot] = slot < first || slot % 5 == 0;
        fixture some = run(&arch, &options, 4, 0);
        for (int slot = 0; slot < layout->count; slot++) {
            const dn_slot *at = &layout->slots[slot];
            for (size_t i = at->offset; i < at->offset + at->count; i++)
                assert_true(some.gradients[i] == (frozen[slot] ? 0 : all.gradients[i]));
        }
        assert_memory_equal(some.parameters, all.parameters, all.floats * sizeof(float));
        free_fixture(&some);
    }
    free(frozen);
    free_fixture(&all);
}

/* ---- plans and refusals ---- */

static void the_plan_is_what_is_allocated(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_IMAGENET, 4);
    dn_engine_options options = {.images = 6, .height = 40, .width = 40, .team.threads = 2};
    dn_engine_bytes usual, low;
    assert_int_equal(dn_engine_plan(&arch, &options, &usual), DN_OK);
    fixture made = new_fixture(&arch, &options);
    dn_engine_bytes allocated = dn_engine_memory(made.engine);
    assert_memory_equal(&usual, &allocated, sizeof usual);
    assert_true(usual.total == usual.parameters + usual.maps + usual.scratch);
    free_fixture(&made);
    options.low_memory = true;
    assert_int_equal(dn_engine_plan(&arch, &options, &low), DN_OK);
    assert_true(low.maps < usual.maps * 3 / 4);
}

static void impossible_shapes_are_refused(void **state)
{
    (void)state;
    static const dn_engine_options impossible[] = {
        {.images = 4, .height = 3, .width = 40},
        {.images = 1, .height = 8, .width = 8},
        {.images = 0, .height = 40, .width = 40},
        {.images = 1 << 20, .height = 1 << 20, .width = 40},
        {.images = 4, .height = 40, .width = 40, .dropout = 1},
        {.images = 4, .height = 40, .width = 40, .dropout = -0.1},
    };
    dn_arch arch = small_arch(DN_STEM_IMAGENET, 4);
    dn_engine_bytes bytes;
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++)
        assert_int_equal(dn_engine_plan(&arch, &impossible[i], &bytes), DN_ERROR_ARGUMENT);
}

static void passes_out_of_order_are_refused(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_IMAGENET, 4);
    dn_engine_options options = {.images = 4, .height = 8, .width = 8, .team.threads = 1};
    fixture made = new_fixture(&arch, &options);
    assert_int_equal(dn_engine_backward(made.engine, logits_gradient()), DN_ERROR_ARGUMENT);
    static const int impossible[] = {0, 1, 5};
    for (int i = 0; i < 3; i++)
        assert_int_equal(dn_engine_forward(made.engine, pictures(), impossible[i], 0, made.logits),
                         DN_ERROR_ARGUMENT);
    pass(&made, 4, 0);
    assert_int_equal(dn_engine_backward(made.engine, logits_gradient()), DN_ERROR_ARGUMENT);
    free_fixture(&made);
}

static void allocations_may_fail(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_IMAGENET, 4);
    dn_model *model = new_model(&arch);
    dn_engine_options options = {.images = 2, .height = 32, .width = 32, .team.threads = 1};
    for (int i = 0;; i++) {
        dn_engine *engine = NULL;
        fail_allocation(i);
        dn_status status = dn_engine_create(model, &options, &engine);
        if (!allocation_failed()) {
            assert_int_equal(status, DN_OK);
            dn_engine_free(engine);
            break;
        }
        assert_int_equal(status, DN_ERROR_MEMORY);
        assert_null(engine);
    }
    fail_allocation(-1);
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_do_not_depend_on_threads_or_memory),
        cmocka_unit_test(a_smaller_batch_needs_no_other_plan),
        cmocka_unit_test(fewer_pictures_may_be_cut_finer),
        cmocka_unit_test(plans_grow_with_the_batch),
        cmocka_unit_test(dropout_depends_on_noise_alone),
        cmocka_unit_test(gradients_add_up),
        cmocka_unit_test(frozen_slots_get_no_gradient),
        cmocka_unit_test(the_plan_is_what_is_allocated),
        cmocka_unit_test(impossible_shapes_are_refused),
        cmocka_unit_test(passes_out_of_order_are_refused),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
