/* SPDX-License-Identifier: MIT */
/* Evaluation: its defaults, and what it refuses. */
#include "encoding.h"
#include "scratch.h"

enum { RECORD = 3073, RECORDS = 12 };

static dn_dataset *open_records(void)
{
    static unsigned char bytes[RECORDS * RECORD];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 31 % 251);
    for (int i = 0; i < RECORDS; i++)
        bytes[i * RECORD] = (unsigned char)(i % 10);
    scratch_file("x.bin", bytes, sizeof bytes);
    dn_dataset *dataset = NULL;
    assert_int_equal(dn_dataset_open(scratch_path("x.bin"), DN_PORTION_TEST, &dataset), DN_OK);
    return dataset;
}

static dn_model *new_model(int channels)
{
    dn_arch arch = {.block_count = 1,
                    .blocks = {2},
                    .growth = 4,
                    .stem_channels = 8,
                    .compression = 1,
                    .stem = DN_STEM_CIFAR,
                    .channels = channels,
                    .classes = 10,
                    .bn_epsilon = 1e-5};
    dn_model *model = NULL;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 3, &model), DN_OK);
    return model;
}

static void without_options_the_models_own_pipeline_holds(void **state)
{
    (void)state;
    dn_dataset *dataset = open_records();
    dn_model *model = new_model(3);
    dn_evaluate_options given = {.struct_size = sizeof given, .batch = 5, .threads = 2, .size = 32};
    assert_int_equal(dn_preprocess_parse("cifar10", &given.preprocess), DN_OK);
    dn_evaluation *usual, *other;
    if (dn_evaluate(model, dataset, NULL, &usual) != DN_OK)
        fail_msg("%s", dn_last_error());
    assert_int_equal(dn_evaluate(model, dataset, &given, &other), DN_OK);
    assert_int_equal(usual->samples, RECORDS);
    assert_near(usual->loss, other->loss, 1e-9);
    dn_evaluation_free(usual);
    dn_evaluation_free(other);
    dn_model_free(model);
    dn_dataset_free(dataset);
}

/* The X-ray pipeline has no crop: its square is what it resamples to. */
static void squares_without_a_crop(void **state)
{
    (void)state;
    dn_dataset *dataset = open_records();
    dn_model *model = new_model(1);
    dn_evaluate_options options = {.struct_size = sizeof options};
    assert_int_equal(dn_preprocess_parse("xrv,resize=32", &options.preprocess), DN_OK);
    dn_evaluation *evaluation;
    if (dn_evaluate(model, dataset, &options, &evaluation) != DN_OK)
        fail_msg("%s", dn_last_error());
    assert_int_equal(evaluation->samples, RECORDS);
    dn_evaluation_free(evaluation);
    dn_model_free(model);
    dn_dataset_free(dataset);
}

/* The pipeline's own rectangle, and the same one asked for. */
static void pictures_that_are_no_squares(void **state)
{
    (void)state;
    dn_dataset *dataset = open_records();
    dn_model *model = new_model(3);
    dn_evaluate_options options = {.struct_size = sizeof options};
    dn_evaluation *usual, *asked;
    assert_int_equal(dn_preprocess_parse("none,resize=24x40", &options.preprocess), DN_OK);
    if (dn_evaluate(model, dataset, &options, &usual) != DN_OK)
        fail_msg("%s", dn_last_error());
    options.size = 24;
    assert_int_not_equal(dn_evaluate(model, dataset, &options, &asked), DN_OK);
    assert_non_null(strstr(dn_last_error(),
                           "makes it 40 wide and 24 high, the batch takes 24 wide and 24 high"));
    options.width = 40;
    assert_int_equal(dn_evaluate(model, dataset, &options, &asked), DN_OK);
    assert_true(usual->samples == RECORDS && usual->loss == asked->loss);
    size_t bytes;
    assert_int_equal(dn_evaluate_plan(model, dataset, &options, &bytes), DN_OK);
    dn_evaluation_free(usual);
    dn_evaluation_free(asked);
    dn_model_free(model);
    dn_dataset_free(dataset);
}

static dn_dataset *open_two_classes(void)
{
    dn_dataset *dataset = NULL;
    for (int i = 0; i < 6; i++) {
        char name[32];
        unsigned char *pixels = draw_picture(32 + i, 32, 3);
        encoded png = encode_png(pixels, 32 + i, 32, false);
        snprintf(name, sizeof name, "set/%s/%d.png", i % 3 ? "yes" : "no", i);
        scratch_file(name, png.data, png.size);
        free(png.data);
        free(pixels);
    }
    assert_int_equal(dn_dataset_open(scratch_path("set"), DN_PORTION_TEST, &dataset), DN_OK);
    return dataset;
}

/* Two classes told apart by one output x, or by two outputs whose difference is x. */
static void one_output_for_two_classes(void **state)
{
    (void)state;
    dn_dataset *dataset = open_two_classes();
    dn_arch arch = {.block_count = 1,
                    .blocks = {1},
                    .growth = 4,
                    .stem_channels = 8,
                    .compression = 1,
                    .stem = DN_STEM_CIFAR,
                    .channels = 3,
                    .classes = 1,
                    .bn_epsilon = 1e-5};
    dn_model *one, *two;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PYTORCH, 3, &one), DN_OK);
    assert_int_equal(dn_model_replace_head(one, 2, 1, &two), DN_OK);
    int weight = dn_model_find_tensor(two, "classifier.weight"),
        bias = dn_model_find_tensor(two, "classifier.bias");
    float values[2 * 12] = {0}, biases[2] = {0.5f, 0.625f};
    memcpy(values + 12, dn_model_tensor(one, weight).data, 12 * sizeof *values);
    assert_int_equal(dn_model_set_tensor(two, weight, values, 24), DN_OK);
    assert_int_equal(dn_model_set_tensor(two, bias, biases, 2), DN_OK);
    assert_int_equal(dn_model_set_tensor(one, bias, (const float[]){0.125f}, 1), DN_OK);
    dn_evaluation *found, *expected;
    if (dn_evaluate(one, dataset, NULL, &found) != DN_OK)
        fail_msg("%s", dn_last_error());
    assert_int_equal(dn_evaluate(two, dataset, NULL, &expected), DN_OK);
    assert_int_equal(found->outputs, 2);
    assert_near(found->loss, expected->loss, 1e-6);
    assert_near(found->top1, expected->top1, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(found->confusion[i], expected->confusion[i]);
    dn_evaluation_free(found);
    dn_evaluation_free(expected);
    dn_model_free(one);
    dn_model_free(two);
    dn_dataset_free(dataset);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        int channels, threads;
        const char *pipeline;
        dn_status status;
        const char *words;
    } cases[] = {
        {3, 1, "xrv", DN_ERROR_MISMATCH, "preprocessing to 1 channel for a network that takes 3"},
        {1, 1, "cifar10", DN_ERROR_MISMATCH, "preprocessing to 3 channels for a network"},
        {3, 1, "none", DN_ERROR_ARGUMENT, "its own shape"},
        {3, -1, "cifar10", DN_ERROR_ARGUMENT, "-1 threads"},
    };
    dn_dataset *dataset = open_records();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dn_model *model = new_model(cases[i].channels);
        dn_evaluate_options options = {.struct_size = sizeof options, .threads = cases[i].threads};
        dn_evaluation *evaluation = NULL;
        assert_int_equal(dn_preprocess_parse(cases[i].pipeline, &options.preprocess), DN_OK);
        assert_int_equal(dn_evaluate(model, dataset, &options, &evaluation), cases[i].status);
        if (!strstr(dn_last_error(), cases[i].words))
            fail_msg("said \"%s\", expected \"%s\"", dn_last_error(), cases[i].words);
        assert_null(evaluation);
        dn_model_free(model);
    }
    dn_model *five;
    dn_arch arch;
    dn_evaluation *evaluation = NULL;
    dn_evaluate_options options = {.struct_size = sizeof options, .threads = 1};
    assert_int_equal(dn_arch_find("densenet-bc-10-4", &arch), DN_OK);
    arch.classes = 5;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PYTORCH, 1, &five), DN_OK);
    assert_int_equal(dn_preprocess_parse("cifar10", &options.preprocess), DN_OK);
    assert_int_equal(dn_evaluate(five, dataset, &options, &evaluation), DN_ERROR_MISMATCH);
    assert_non_null(strstr(dn_last_error(), dn_dataset_source(dataset)));
    assert_non_null(strstr(dn_last_error(), "classes, the network has 5 outputs"));
    dn_model_free(five);
    dn_dataset_free(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(without_options_the_models_own_pipeline_holds),
        scratch_test(squares_without_a_crop),
        scratch_test(pictures_that_are_no_squares),
        scratch_test(one_output_for_two_classes),
        scratch_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
