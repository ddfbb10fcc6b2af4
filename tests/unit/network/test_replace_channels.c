/* SPDX-License-Identifier: MIT */
/* A stem for other pictures: timm's adapt_input_conv, and that nothing else changes. */
#include "testing.h"

#include <math.h>

static dn_model *new_model(int channels)
{
    dn_arch arch = {.block_count = 2,
                    .blocks = {2, 1},
                    .growth = 4,
                    .stem_channels = 6,
                    .bottleneck = 2,
                    .compression = 0.5,
                    .stem = DN_STEM_CIFAR,
                    .channels = channels,
                    .classes = 2,
                    .bn_epsilon = 1e-5};
    static const char *const labels[] = {"cat", "dog"};
    dn_model *model = NULL;
    dn_preprocess preprocess;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PYTORCH, 3, &model), DN_OK);
    assert_int_equal(dn_model_set_labels(model, labels, 2), DN_OK);
    assert_int_equal(dn_preprocess_parse("cifar10,resize=40", &preprocess), DN_OK);
    preprocess.channels = channels;
    dn_model_set_preprocess(model, &preprocess);
    return model;
}

static void kernels(void **state)
{
    (void)state;
    static const int cases[][2] = {{3, 1}, {3, 2}, {3, 4}, {3, 7}, {1, 3}, {1, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int had = cases[i][0], channels = cases[i][1];
        dn_model *model = new_model(had), *made = NULL;
        assert_int_equal(dn_model_replace_channels(model, channels, &made), DN_OK);
        assert_int_equal(dn_model_arch(made)->channels, channels);
        const float *from = dn_model_tensor(model, 0).data, *to = dn_model_tensor(made, 0).data;
        for (int k = 0; k < 6; k++)
            for (int c = 0; c < channels; c++)
                for (int p = 0; p < 9; p++) {
                    const float *kernel = from + k * had * 9 + p;
                    float expected = channels == 1
                                         ? kernel[0] + kernel[9] + kernel[18]
                                         : kernel[c % had * 9] * (float)had / (float)channels;
                    assert_near(to[(k * channels + c) * 9 + p], expected, 1e-7);
                }
        for (int t = 1; t < dn_model_tensor_count(model); t++) {
            dn_tensor_view a = dn_model_tensor(model, t), b = dn_model_tensor(made, t);
            assert_memory_equal(a.data, b.data, (size_t)a.shape[0] * sizeof *a.data);
        }
        assert_string_equal(dn_model_label(made, 1), "dog");
        dn_model_free(model);
        dn_model_free(made);
    }
}

/* The recorded pipeline with the new channels, where there is one. */
static void pipelines(void **state)
{
    (void)state;
    static const struct {
        int had, channels;
        bool recorded;
        float second_mean;
    } cases[] = {{3, 1, true, 0.482F}, {1, 3, true, 0.491F}, {3, 4, false, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dn_model *model = new_model(cases[i].had), *made = NULL;
        dn_preprocess preprocess;
        assert_int_equal(dn_model_replace_channels(model, cases[i].channels, &made), DN_OK);
        assert_int_equal(dn_model_preprocess(made, &preprocess), cases[i].recorded);
        assert_int_equal(preprocess.channels, cases[i].channels);
        if (cases[i].recorded) {
            assert_int_equal(preprocess.resize, 40);
            assert_near(preprocess.mean[1], cases[i].second_mean, 1e-3);
        }
        dn_model_free(model);
        dn_model_free(made);
    }
}

static void refused(void **state)
{
    (void)state;
    dn_model *model = new_model(4), *made = NULL;
    assert_int_equal(dn_model_replace_channels(model, 3, &made), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "takes 4 channels cannot be adapted to 3"));
    dn_model_free(model);
    model = new_model(3);
    assert_int_equal(dn_model_replace_channels(model, 0, &made), DN_ERROR_ARGUMENT);
    assert_null(made);
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kernels), cmocka_unit_test(pipelines),
                                       cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
