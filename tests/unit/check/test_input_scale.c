/* SPDX-License-Identifier: MIT */
/* How pictures were scaled, from a first norm whose statistics are set by hand. */
#include "allocation.h"
#include "testing.h"

#include <math.h>

static void set(dn_model *model, const char *name, const float *values, size_t count)
{
    int index = dn_model_find_tensor(model, name);
    assert_true(index >= 0);
    assert_int_equal(dn_model_set_tensor(model, index, values, count), DN_OK);
}

/* Four kernels of one tap each: what they make has the pictures' own mean and variance, times the
 * tap and its square. */
static dn_model *new_model(double mean, double deviation)
{
    dn_arch arch = {.block_count = 1,
                    .blocks = {1},
                    .growth = 2,
                    .stem_channels = 4,
                    .compression = 1,
                    .stem = DN_STEM_CIFAR,
                    .channels = 1,
                    .classes = 2,
                    .bn_epsilon = 1e-5};
    static const float taps[4] = {1, -0.5f, 2, 0.25f};
    dn_model *model = NULL;
    float stem[4 * 9] = {0}, means[4], variances[4];
    for (int o = 0; o < 4; o++) {
        stem[o * 9 + 2 * o] = taps[o];
        means[o] = (float)(mean * (double)taps[o]);
        variances[o] = (float)pow(deviation * (double)taps[o], 2);
    }
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 3, &model), DN_OK);
    set(model, "features.conv0.weight", stem, 36);
    set(model, "features.denseblock1.denselayer1.norm1.running_mean", means, 4);
    set(model, "features.denseblock1.denselayer1.norm1.running_var", variances, 4);
    return model;
}

static void every_kind(void **state)
{
    (void)state;
    static const struct {
        double mean, deviation;
        const char *kind;
    } cases[] = {{0.1, 1.1, "normalised"},
                 {0.45, 0.25, "0..1"},
                 {-0.1, 0.5, "-1..1"},
                 {115, 62, "0..255"},
                 {-2, 60, "0..255 less a mean"},
                 {-80, 480, "X-ray range"},
                 {0, 1e-3, NULL},
                 {5, 1, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dn_model *model = new_model(cases[i].mean, cases[i].deviation);
        dn_input_scale scale;
        assert_int_equal(dn_model_input_scale(model, &scale), DN_OK);
        assert_near(scale.mean, cases[i].mean, 1e-5 * fabs(cases[i].mean));
        assert_near(scale.deviation, cases[i].deviation, 1e-5 * cases[i].deviation);
        if (cases[i].kind)
            assert_string_equal(scale.kind, cases[i].kind);
        else
            assert_null(scale.kind);
        dn_model_free(model);
    }
}

/* Two taps beside each other, of a black and white picture and between colours. */
static void neighbours_are_alike(void **state)
{
    (void)state;
    dn_model *model = new_model(0, 1);
    float stem[4 * 9] = {0}, variances[4];
    for (int o = 0; o < 4; o++) {
        stem[o * 9] = stem[o * 9 + 4] = 1; /* one row and one column apart */
        variances[o] = (float)(9 * (2 + 2 * pow(0.95, sqrt(2))));
    }
    set(model, "features.conv0.weight", stem, 36);
    set(model, "features.denseblock1.denselayer1.norm1.running_var", variances, 4);
    dn_input_scale scale;
    assert_int_equal(dn_model_input_scale(model, &scale), DN_OK);
    assert_near(scale.deviation, 3, 1e-5);
    dn_model_free(model);
}

static void the_built_in_network(void **state)
{
    (void)state;
    dn_model *model;
    dn_input_scale scale;
    assert_int_equal(dn_model_load("builtin", NULL, &model), DN_OK);
    for (int i = 0;; i++) {
        fail_allocation(i);
        dn_status status = dn_model_input_scale(model, &scale);
        if (!allocation_failed())
            break;
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
    fail_allocation(-1);
    assert_string_equal(scale.kind, "normalised");
    assert_near(scale.deviation, 1, 0.1);
    dn_model_free(model);
}

static void nothing_recorded(void **state)
{
    (void)state;
    dn_arch arch;
    dn_model *model;
    dn_input_scale scale;
    assert_int_equal(dn_arch_find("densenet-bc-40-12", &arch), DN_OK);
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 3, &model), DN_OK);
    assert_int_equal(dn_model_input_scale(model, &scale), DN_ERROR_MISMATCH);
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind),
        cmocka_unit_test(neighbours_are_alike),
        cmocka_unit_test(the_built_in_network),
        cmocka_unit_test(nothing_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
