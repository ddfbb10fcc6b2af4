/* SPDX-License-Identifier: MIT */
/* What the training engine plans for, and smaller batches than that. */
#include "engine_fixture.h"

/* The size after this one, up to the last: by a step, or where vectors are emulated and take ten
 * times as long, by a longer stride. Both meet every remainder of a tile. */
static int next_size(int size, int step, int most, int stride)
{
    int next = size + (strstr(dn_cpu_level(), "-emulated") ? stride : step);
    return size < most && next > most ? most : next;
}

/* What a batch of n makes of a network: the bits must be those of an engine
 * that was planned for n. */
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

/* Smaller batches, of networks whose maps are cut in every way. */
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
        for (int n = 1; n <= options.images; n = next_size(n, 5, options.images, 11))
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

/* 100 pictures of 32x32 are cut into fewer splits than 64. */
static void fewer_pictures_may_be_cut_finer(void **state)
{
    (void)state;
    dn_arch plain = small_arch(DN_STEM_CIFAR, 0), wide = wide_arch();
    dn_engine_options options = {.images = 100, .height = 32, .width = 32, .team.threads = 2};
    compare_plans(&plain, &options, 64);
    plain.blocks[0] = plain.blocks[1] = 1;
    for (int n = 3; n <= 94; n = next_size(n, 7, 94, 45))
        compare_plans(&plain, &options, n);
    options.height = options.width = 8;
    for (int n = 1; n <= 100; n = next_size(n, 7, 100, 19))
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_smaller_batch_needs_no_other_plan),
        cmocka_unit_test(fewer_pictures_may_be_cut_finer),
        cmocka_unit_test(plans_grow_with_the_batch),
        cmocka_unit_test(the_plan_is_what_is_allocated),
        cmocka_unit_test(impossible_shapes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
