/* SPDX-License-Identifier: MIT */
/* What the training engine promises besides correct numbers. */
#include "allocation.h"
#include "engine_fixture.h"

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

/* ---- refusals ---- */

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
        cmocka_unit_test(dropout_depends_on_noise_alone),
        cmocka_unit_test(gradients_add_up),
        cmocka_unit_test(frozen_slots_get_no_gradient),
        cmocka_unit_test(passes_out_of_order_are_refused),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
