/* SPDX-License-Identifier: MIT */
/* A step of training in bfloat16, at every level: how far it is from one in float32, and that what
 * the engine promises of its bits holds for it, too. */
#include "engine_fixture.h"
#include "relative_error.h"

#include "kernels/inherit.h"

/* Whether a level has kernels for it, of its own: others inherit them. */
static bool computes_halves(const dn_kernels *level)
{
    const dn_kernels *parent = level->inherits ? dn_kernels_whole(level->inherits) : NULL;
    return level->halves && !(parent && parent->halves == level->halves);
}

typedef struct shape {
    dn_stem stem;
    int bottleneck, images, height, width;
    double dropout;
} shape;

/* Odd sizes and numbers of channels and pixels, so that pairs have a rest; and of one network more
 * channels than a slice has. */
static const shape shapes[] = {{DN_STEM_IMAGENET, 4, 3, 37, 33, 0},
                               {DN_STEM_DEEP, 1, 3, 34, 40, 0.2},
                               {DN_STEM_CIFAR, 0, 3, 9, 11, 0},
                               {DN_STEM_CIFAR_NORM, 3, 5, 8, 6, 0.1}};
#define SHAPES (int)(sizeof shapes / sizeof *shapes)

static dn_arch arch_of(const shape *given)
{
    dn_arch arch = small_arch(given->stem, given->bottleneck);
    arch.growth = 11;
    arch.stem_channels = given->stem == DN_STEM_CIFAR_NORM ? 151 : 21;
    return arch;
}

static dn_engine_options options_of(const shape *given, dn_dtype maps)
{
    return (dn_engine_options){.images = given->images,
                               .height = given->height,
                               .width = given->width,
                               .team.threads = 1,
                               .dropout = given->dropout,
                               .maps = maps};
}

/* Calls `body` with every level that computes in bfloat16. */
static void on_every_level(void (*body)(const shape *given))
{
    const dn_kernels *level;
    for (int i = 0; (level = dn_kernels_level(i)); i++) {
        dn_kernels_choose(level);
        for (int s = 0; computes_halves(level) && s < SHAPES; s++)
            body(&shapes[s]);
    }
    dn_kernels_choose(NULL);
}

/* ---- numbers ---- */

/* bfloat16 has 8 bits: a number is off by up to 1/512, and batch norms over a few pixels enlarge
 * that some ten times. */
static void compare_with_floats(const shape *given)
{
    static const char *const what[] = {"logits", "gradients", "statistics"};
    dn_arch arch = arch_of(given);
    dn_engine_options exact = options_of(given, DN_F32), options = options_of(given, DN_BF16);
    fixture floats = run(&arch, &exact, given->images, 9);
    fixture halves = run(&arch, &options, given->images, 9);
    size_t logits = (size_t)(given->images * CLASSES);
    const double errors[] = {relative_error(halves.logits, floats.logits, logits),
                             relative_error(halves.gradients, floats.gradients, floats.floats),
                             relative_error(halves.parameters, floats.parameters, floats.floats)};
    static const double bounds[] = {0.02, 0.3, 0.001};
    for (int i = 0; i < 3; i++)
        if (!(errors[i] > 0 && errors[i] < bounds[i]))
            fail_msg("%s, stem %d: %s off by %.1e", dn_cpu_level(), given->stem, what[i],
                     errors[i]);
    free_fixture(&floats);
    free_fixture(&halves);
}

static void near_float32_on_every_level(void **state)
{
    (void)state;
    on_every_level(compare_with_floats);
}

/* Levels differ in the order of sums alone, and in whether activations are rounded before they
 * are multiplied. */
static void pairs_are_as_near_as_widened_numbers(void **state)
{
    (void)state;
    const dn_kernels *level;
    const shape *given = &shapes[0];
    dn_arch arch = arch_of(given);
    dn_engine_options options = options_of(given, DN_BF16);
    fixture first = run(&arch, &options, given->images, 0);
    for (int i = 0; (level = dn_kernels_level(i)); i++) {
        dn_kernels_choose(level);
        if (!computes_halves(level))
            continue;
        fixture other = run(&arch, &options, given->images, 0);
        double error = relative_error(other.gradients, first.gradients, first.floats);
        if (!(error < 0.3))
            fail_msg("%s: gradients off by %.1e", level->name, error);
        free_fixture(&other);
    }
    dn_kernels_choose(NULL);
    free_fixture(&first);
}

/* ---- the same bits ---- */

static void compare_threads(const shape *given)
{
    dn_arch arch = arch_of(given);
    dn_engine_options options = options_of(given, DN_BF16);
    fixture one = run(&arch, &options, given->images, 9);
    options.team.threads = 3;
    options.low_memory = true;
    options.images = given->images + 2;
    fixture other = run(&arch, &options, given->images, 9);
    assert_same(&one, &other, given->images);
    free_fixture(&one);
    free_fixture(&other);
}

static void bits_do_not_depend_on_threads_or_memory(void **state)
{
    (void)state;
    on_every_level(compare_threads);
}

static void frozen_slots_get_no_gradient(void **state)
{
    (void)state;
    const shape *given = &shapes[0];
    dn_arch arch = arch_of(given);
    dn_engine_options options = options_of(given, DN_BF16);
    fixture all = run(&arch, &options, given->images, 0);
    const dn_layout *layout = dn_engine_layout(all.engine);
    bool *frozen = calloc((size_t)layout->count, sizeof *frozen);
    assert_non_null(frozen);
    options.frozen = frozen;
    for (int first = 0; first < layout->count; first += 13) {
        for (int slot = 0; slot < layout->count; slot++)
            frozen[slot] = slot < first || slot % 5 == 0;
        fixture some = run(&arch, &options, given->images, 0);
        for (int slot = 0; slot < layout->count; slot++) {
            const dn_slot *at = &layout->slots[slot];
            for (size_t i = at->offset; i < at->offset + at->count; i++)
                assert_true(some.gradients[i] == (frozen[slot] ? 0 : all.gradients[i]));
        }
        free_fixture(&some);
    }
    free(frozen);
    free_fixture(&all);
}

/* ---- memory ---- */

static void maps_take_less_memory(void **state)
{
    (void)state;
    const shape *given = &shapes[0];
    dn_arch arch = arch_of(given);
    for (int low = 0; low < 2; low++) {
        dn_engine_options exact = options_of(given, DN_F32), options = options_of(given, DN_BF16);
        exact.low_memory = options.low_memory = low;
        dn_engine_bytes floats, halves;
        assert_int_equal(dn_engine_plan(&arch, &exact, &floats), DN_OK);
        assert_int_equal(dn_engine_plan(&arch, &options, &halves), DN_OK);
        assert_true(halves.maps < floats.maps * (low ? 9 : 7) / 10);
        assert_int_equal(halves.parameters, floats.parameters);
    }
}

/* ---- refusals ---- */

/* The trainer's option, which has a name. */
static void other_precisions_are_refused(void **state)
{
    (void)state;
    dn_arch arch = arch_of(&shapes[0]);
    dn_trainer_options options;
    size_t floats, halves;
    dn_trainer_defaults(&options, sizeof options);
    options.batch = 8;
    options.height = options.width = 40;
    options.threads = 1;
    assert_int_equal(dn_trainer_plan(&arch, &options, &floats), DN_OK);
    options.precision = "bf16";
    assert_int_equal(dn_trainer_plan(&arch, &options, &halves), DN_OK);
    assert_true(halves < floats);
    options.precision = "int8";
    assert_int_equal(dn_trainer_plan(&arch, &options, &halves), DN_ERROR_ARGUMENT);
    assert_string_equal(dn_last_error(), "training: precision \"int8\": f32 or bf16 is expected");
}

static void plain_c_does_not_compute_it(void **state)
{
    (void)state;
    dn_arch arch = arch_of(&shapes[0]);
    dn_engine_options options = options_of(&shapes[0], DN_BF16);
    dn_engine_bytes bytes;
    dn_kernels_choose(&dn_kernels_reference);
    assert_int_equal(dn_engine_plan(&arch, &options, &bytes), DN_ERROR_ARGUMENT);
    assert_string_equal(dn_last_error(),
                        "precision \"bf16\": the reference kernels do not compute it");
    dn_kernels_choose(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_float32_on_every_level),
        cmocka_unit_test(pairs_are_as_near_as_widened_numbers),
        cmocka_unit_test(bits_do_not_depend_on_threads_or_memory),
        cmocka_unit_test(frozen_slots_get_no_gradient),
        cmocka_unit_test(maps_take_less_memory),
        cmocka_unit_test(other_precisions_are_refused),
        cmocka_unit_test(plain_c_does_not_compute_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
