/* SPDX-License-Identifier: MIT */
/* Heads as text and as parts of an architecture. */
#include "testing.h"

#include "network/head.h"

static dn_arch small(void)
{
    return (dn_arch){.block_count = 2,
                     .blocks = {1, 1},
                     .growth = 4,
                     .stem_channels = 6,
                     .bottleneck = 2,
                     .compression = 0.5,
                     .stem = DN_STEM_CIFAR,
                     .channels = 3,
                     .classes = 3,
                     .bn_epsilon = 1e-5};
}

/* The small network with this head. */
static dn_arch with_head(const char *text)
{
    dn_arch arch = small();
    assert_true(dn_head_parse(text, &arch.head, &arch.classes));
    assert_int_equal(dn_arch_check(&arch), DN_OK);
    return arch;
}

static void text_and_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "none",
        "mean,linear=14",
        "mean,linear-no-bias=1",
        "mean,linear=64,relu,dropout,linear=14",
        "max+mean,norm,dropout,linear-no-bias=512,relu,norm,dropout,linear-no-bias=5",
        "grid=3,linear=1000000",
        "grid=1x4,linear=3",
        "grid=2x2,norm,linear=3",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[DN_HEAD_TEXT_SIZE], few[8];
        dn_arch arch = with_head(texts[i]);
        dn_arch_head_text(&arch, text, sizeof text);
        assert_string_equal(text, texts[i]);
        dn_arch_head_text(&arch, few, sizeof few);
        assert_memory_equal(few, texts[i], strlen(few));
        assert_true(strlen(few) < sizeof few);
    }
}

static void no_text_of_a_head(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "mean",
        "linear=3",
        "mean,",
        "mean,,linear=3",
        "grid=2x,linear=3",
        "grid=x2,linear=3",
        "grid=2x0,linear=3",
        "mean,linear=3x3",
        "mean,linear=0",
        "mean,linear=x",
        "mean,linear=3x",
        "mean,linear=1000001",
        "mean,norm",
        "mean;linear=3",
        "mean,gelu,linear=3",
        ("mean,norm,norm,norm,norm,norm,norm,norm,norm,norm,norm,norm,norm,norm,norm,norm,norm,"
         "linear=3"),
        "mean,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=3"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        dn_head head;
        int classes;
        assert_false(dn_head_parse(texts[i], &head, &classes));
    }
}

static void checked(void **state)
{
    (void)state;
    const dn_head wrong[] = {
        {.pool = DN_POOL_GRID},
        {.pool = DN_POOL_GRID, .grid = 1},
        {.pool = DN_POOL_GRID, .grid = 65},
        {.grid = 3},
        {.grid_width = 3},
        {.pool = DN_POOL_GRID, .grid = 1, .grid_width = 1},
        {.pool = DN_POOL_GRID, .grid = 2, .grid_width = 65},
        {.pool = (dn_head_pool)6},
        {.part_count = -1},
        {.part_count = DN_MAX_HEAD_PARTS + 1},
        {.part_count = 1, .parts = {{DN_HEAD_NORM, 0}}},
        {.part_count = 1, .parts = {{DN_HEAD_LINEAR, 4}}},
        {.part_count = 1, .parts = {{DN_HEAD_LINEAR, 0}}},
        {.part_count = 1, .parts = {{(dn_head_kind)5, 0}}},
        {.part_count = 2, .parts = {{DN_HEAD_LINEAR, 3}, {DN_HEAD_RELU, 3}}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        dn_arch arch = small();
        char text[DN_HEAD_TEXT_SIZE] = "before";
        arch.head = wrong[i];
        assert_int_equal(dn_arch_check(&arch), DN_ERROR_ARGUMENT);
        dn_arch_head_text(&arch, text, sizeof text);
        assert_string_equal(text, "");
        assert_false(dn_arch_cam_is_exact(&arch));
    }
}

static void counts(void **state)
{
    (void)state;
    dn_arch none = with_head("none"), plain = small();
    size_t features = dn_arch_parameters(&none);
    double products = dn_arch_operations(&none, 32, 32);
    int width = 9; /* (6 + 4) / 2 + 4 */
    const struct {
        const char *head;
        int parameters, products;
    } rows[] = {
        {"mean,linear-no-bias=3", 3 * width, 3 * width},
        {"mean,linear=5,norm,relu,linear=3", 5 * width + 5 + 10 + 15 + 3, 5 * width + 15},
        {"max+mean,norm,linear=3", 4 * width + 6 * width + 3, 6 * width},
        {"grid=2,linear=3", 12 * width + 3, 12 * width},
        {"grid=1x4,linear=3", 12 * width + 3, 12 * width},
    };
    assert_int_equal(dn_arch_parameters(&plain), features + 3 * (size_t)width + 3);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dn_arch arch = with_head(rows[i].head);
        assert_int_equal(dn_arch_parameters(&arch), features + (size_t)rows[i].parameters);
        assert_near(dn_arch_operations(&arch, 32, 32), products + 2 * rows[i].products, 0);
    }
    dn_arch grid = with_head("grid=3,linear=3");
    assert_int_equal(dn_arch_smallest_input(&grid), 3 * dn_arch_smallest_input(&plain));
}

static void replaced(void **state)
{
    (void)state;
    static const char *const heads[] = {"none", "max+mean,norm,linear=5,relu,linear=3"};
    for (int i = 0; i < 2; i++) {
        dn_arch arch = with_head(heads[i]);
        dn_model *model, *made;
        char text[DN_HEAD_TEXT_SIZE];
        assert_int_equal(dn_model_init(&arch, DN_INIT_PYTORCH, 1, &model), DN_OK);
        assert_int_equal(dn_model_replace_head(model, 7, 2, &made), DN_OK);
        dn_arch_head_text(dn_model_arch(made), text, sizeof text);
        assert_string_equal(text, "mean,linear=7");
        int norm = dn_model_find_tensor(model, "features.norm5.weight");
        int same = dn_model_find_tensor(made, "features.norm5.weight");
        assert_memory_equal(dn_model_tensor(model, norm).data, dn_model_tensor(made, same).data,
                            9 * sizeof(float));
        assert_true(dn_model_find_tensor(made, "classifier.bias") > 0);
        dn_model_free(made);
        dn_model_free(model);
    }
}

static void named_by_place(void **state)
{
    (void)state;
    dn_arch arch = with_head("mean,linear=5,norm,relu,dropout,linear-no-bias=3");
    dn_model *model;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    int count = dn_model_tensor_count(model);
    static const char *const last[] = {"classifier.0.weight",       "classifier.0.bias",
                                       "classifier.1.weight",       "classifier.1.bias",
                                       "classifier.1.running_mean", "classifier.1.running_var",
                                       "classifier.4.weight"};
    for (int i = 0; i < 7; i++)
        assert_string_equal(dn_model_tensor(model, count - 7 + i).name, last[i]);
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_back), cmocka_unit_test(no_text_of_a_head),
        cmocka_unit_test(checked),       cmocka_unit_test(counts),
        cmocka_unit_test(replaced),      cmocka_unit_test(named_by_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
