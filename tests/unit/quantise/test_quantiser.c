/* SPDX-License-Identifier: MIT */
/* A quantiser: what it refuses, and that what was refused leaves no trace. */
#include "testing.h"

#include "allocation.h"
#include "quantise/quantiser.h"

#include <math.h>

enum { CLASSES = 3, SIZE = 16, VALUES = 3 * SIZE * SIZE };

static dn_model *new_model(void)
{
    dn_arch arch;
    dn_model *model;
    assert_int_equal(dn_arch_find("densenet-bc-22-4", &arch), DN_OK);
    arch.classes = CLASSES;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    return model;
}

static dn_quantise_options one_thread(void)
{
    dn_quantise_options options;
    dn_quantise_defaults(&options, sizeof options);
    options.threads = 1;
    return options;
}

static dn_quantiser *new_quantiser(dn_model *model)
{
    dn_quantiser *quantiser;
    dn_quantise_options options = one_thread();
    assert_int_equal(dn_quantiser_create(model, &options, &quantiser), DN_OK);
    return quantiser;
}

static void observe(dn_quantiser *quantiser)
{
    float input[VALUES];
    for (int i = 0; i < VALUES; i++)
        input[i] = (float)(i % 17) / 8 - 1;
    assert_int_equal(dn_quantiser_observe(quantiser, input, 1, SIZE, SIZE), DN_OK);
}

static void options_that_cannot_be(void **state)
{
    (void)state;
    static const double percentiles[] = {50, 100.1, -1, (double)NAN};
    dn_model *model = new_model();
    dn_quantiser *quantiser;
    dn_quantise_options options = one_thread();
    options.method = (dn_range_method)(DN_RANGE_MINMAX + 1);
    assert_int_equal(dn_quantiser_create(model, &options, &quantiser), DN_ERROR_ARGUMENT);
    assert_string_equal(dn_last_error(), "there is no range method 3");
    options.method = DN_RANGE_PERCENTILE;
    for (int i = 0; i < 4; i++) {
        options.percentile = percentiles[i];
        assert_int_equal(dn_quantiser_create(model, &options, &quantiser), DN_ERROR_ARGUMENT);
        assert_non_null(strstr(dn_last_error(), "above 50 and at most 100"));
    }
    dn_model_free(model);
}

static void sizes_that_cannot_be(void **state)
{
    (void)state;
    static const struct {
        int n, height, width;
        dn_status status;
    } cases[] = {
        {0, SIZE, SIZE, DN_ERROR_ARGUMENT},      {-1, SIZE, SIZE, DN_ERROR_ARGUMENT},
        {1, 0, SIZE, DN_ERROR_ARGUMENT},         {1, SIZE, -SIZE, DN_ERROR_ARGUMENT},
        {INT32_MAX, SIZE, SIZE, DN_ERROR_LIMIT}, {1, INT32_MAX, INT32_MAX, DN_ERROR_LIMIT},
    };
    const float input[VALUES] = {0};
    dn_model *model = new_model();
    dn_quantiser *quantiser = new_quantiser(model);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(
            dn_quantiser_observe(quantiser, input, cases[i].n, cases[i].height, cases[i].width),
            cases[i].status);
    assert_true(quantiser->seen == 0 && quantiser->pictures.width == 0);
    dn_quantiser_free(quantiser);
    dn_model_free(model);
}

static void twice(void **state)
{
    (void)state;
    dn_model *model = new_model();
    dn_quantiser *quantiser = new_quantiser(model), *other;
    observe(quantiser);
    assert_int_equal(dn_quantiser_finish(quantiser), DN_OK);
    assert_int_equal(dn_quantiser_create(model, NULL, &other), DN_ERROR_ARGUMENT);
    assert_string_equal(dn_last_error(), "the network is quantised already");
    const float input[VALUES] = {0};
    assert_int_equal(dn_quantiser_observe(quantiser, input, 1, SIZE, SIZE), DN_ERROR_ARGUMENT);
    assert_string_equal(dn_last_error(), "the network is quantised already");
    dn_quantiser_free(quantiser);
    dn_model_free(model);
}

/* Weights are rounded from the exact ones each time. */
static void more_layers_are_kept_later(void **state)
{
    (void)state;
    dn_model *once = new_model(), *later = new_model();
    dn_quantiser *first = new_quantiser(once), *second = new_quantiser(later);
    observe(first);
    observe(second);
    assert_int_equal(dn_quantiser_keep(first, "stem"), DN_OK);
    assert_int_equal(dn_quantiser_finish(first), DN_OK);
    assert_int_equal(dn_quantiser_finish(second), DN_OK);
    assert_int_equal(dn_quantiser_keep(second, "stem"), DN_OK);
    assert_int_equal(dn_quantiser_finish(second), DN_OK);
    for (int i = 0; i < dn_model_tensor_count(once); i++)
        assert_memory_equal(dn_model_tensor(once, i).data, dn_model_tensor(later, i).data,
                            once->layout.slots[i].count * sizeof(float));
    dn_quantiser_free(first);
    dn_quantiser_free(second);
    dn_model_free(once);
    dn_model_free(later);
}

/* A network without a pipeline cannot do without pictures; those that it is then shown count
 * alone. */
static void pictures_after_all(void **state)
{
    (void)state;
    dn_model *model = new_model();
    dn_quantiser *quantiser = new_quantiser(model);
    assert_int_equal(dn_quantiser_finish(quantiser), DN_ERROR_ARGUMENT);
    for (int i = 0; i < quantiser->graph.map_count; i++)
        for (int c = 0; quantiser->maps[i] && c < quantiser->graph.maps[i].channels; c++)
            assert_true(quantiser->maps[i][c].width == 0);
    observe(quantiser);
    assert_int_equal(dn_quantiser_finish(quantiser), DN_OK);
    dn_quantiser_free(quantiser);
    dn_model_free(model);
}

static dn_status quantise(dn_model *model)
{
    const float input[VALUES] = {1};
    dn_quantise_options options = one_thread();
    dn_quantiser *quantiser;
    dn_status status = dn_quantiser_create(model, &options, &quantiser);
    if (status != DN_OK)
        return status;
    status = dn_quantiser_observe(quantiser, input, 1, SIZE, SIZE);
    if (status == DN_OK)
        status = dn_quantiser_finish(quantiser);
    dn_quantiser_free(quantiser);
    return status;
}

static void memory_that_lacks(void **state)
{
    (void)state;
    for (int i = 0;; i++) {
        dn_model *model = new_model();
        fail_allocation(i);
        dn_status status = quantise(model);
        bool failed = allocation_failed();
        fail_allocation(-1);
        assert_true((status == DN_OK) == (dn_model_quantisation(model) != NULL));
        dn_model_free(model);
        if (!failed)
            break;
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
}

static void numbers_that_are_none(void **state)
{
    (void)state;
    dn_model *model = new_model();
    dn_quantiser *quantiser = new_quantiser(model), *other;
    float input[VALUES] = {0};
    input[7] = NAN;
    assert_int_equal(dn_quantiser_observe(quantiser, input, 1, SIZE, SIZE), DN_ERROR_NUMERIC);
    assert_non_null(strstr(dn_last_error(), "is not a number"));
    dn_quantiser_free(quantiser);
    model->storage[0] = INFINITY;
    assert_int_equal(dn_quantiser_create(model, NULL, &other), DN_ERROR_NUMERIC);
    assert_non_null(strstr(dn_last_error(), "conv0.weight holds NaN or infinity"));
    dn_model_free(model);
}

/* As training with weight decay leaves those of an output that nothing needs. */
static void weights_as_good_as_0(void **state)
{
    (void)state;
    static const float small[] = {1e-28f, 1e-30f, 1e-38f, 1e-44f};
    for (int i = 0; i < 4; i++) {
        dn_model *model = new_model();
        for (int k = 0; k < 27; k++)
            model->storage[k] = k % 2 ? small[i] : -small[i];
        dn_quantiser *quantiser = new_quantiser(model);
        observe(quantiser);
        assert_int_equal(dn_quantiser_finish(quantiser), DN_OK);
        assert_true(model->quantisation->nodes[0].weight_scale[0] >= DN_LEAST_SCALE);
        assert_true(fabsf(model->tensors[0][0]) <= small[i]);
        dn_quantiser_free(quantiser);
        dn_model_free(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_that_cannot_be),
        cmocka_unit_test(sizes_that_cannot_be),
        cmocka_unit_test(twice),
        cmocka_unit_test(more_layers_are_kept_later),
        cmocka_unit_test(pictures_after_all),
        cmocka_unit_test(memory_that_lacks),
        cmocka_unit_test(numbers_that_are_none),
        cmocka_unit_test(weights_as_good_as_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
