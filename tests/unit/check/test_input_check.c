/* SPDX-License-Identifier: MIT */
/* Pictures against recorded statistics, with a network whose first maps are the pictures. */
#include "allocation.h"
#include "sessions.h"

#include <math.h>

enum { SIDE = 4, PIXELS = SIDE * SIDE };

static const float recorded_mean[3] = {0.5f, -1, 2}, recorded_variance[3] = {4, 1, 0.25f};

static void set(dn_model *model, const char *name, const float *values, size_t count)
{
    int index = dn_model_find_tensor(model, name);
    assert_true(index >= 0);
    assert_int_equal(dn_model_set_tensor(model, index, values, count), DN_OK);
}

/* A stem that hands the picture on, and one layer whose norm recorded the numbers above. */
static dn_model *new_model(bool recorded)
{
    dn_arch arch = {.block_count = 1,
                    .blocks = {1},
                    .growth = 2,
                    .stem_channels = 3,
                    .compression = 1,
                    .stem = DN_STEM_CIFAR,
                    .channels = 3,
                    .classes = 2,
                    .bn_epsilon = 1e-5};
    dn_model *model = NULL;
    float stem[3 * 3 * 9] = {0};
    for (int c = 0; c < 3; c++)
        stem[(c * 3 + c) * 9 + 4] = 1;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 3, &model), DN_OK);
    set(model, "features.conv0.weight", stem, 81);
    if (recorded) {
        set(model, "features.denseblock1.denselayer1.norm1.running_mean", recorded_mean, 3);
        set(model, "features.denseblock1.denselayer1.norm1.running_var", recorded_variance, 3);
    }
    return model;
}

/* Pictures of two values, half and half: each has a mean and a variance of its own. */
static void fill(float *input, int n, double scale)
{
    for (int i = 0; i < n; i++)
        for (int c = 0; c < 3; c++)
            for (int p = 0; p < PIXELS; p++)
                input[(i * 3 + c) * PIXELS + p] =
                    (float)(scale * (0.3 * i * i + c + (p % 2 ? 1 + 0.2 * i : -1)));
}

static dn_input_check *check_of(const dn_model *model, int n, double scale)
{
    dn_session *session = open_session(model, 1);
    dn_input_check *check;
    float *input = malloc((size_t)n * 3 * PIXELS * sizeof *input), logits[64];
    assert_int_equal(dn_input_check_create(model, &check), DN_OK);
    dn_session_observe(session, dn_input_check_observe, check);
    fill(input, n, scale);
    assert_int_equal(dn_session_run(session, input, n, SIDE, SIDE, logits), DN_OK);
    dn_session_free(session);
    free(input);
    return check;
}

/* The formulas of the header over the pictures that are not left out. */
static double expected(int n, double scale, int left_out, dn_input_fit *fit)
{
    *fit = (dn_input_fit){0};
    for (int c = 0; c < 3; c++) {
        double mean = 0, square = 0, count = left_out < n ? n - 1 : n;
        for (int i = 0; i < n; i++) {
            double low = scale * (0.3 * i * i + c - 1);
            double high = scale * (0.3 * i * i + c + 1 + 0.2 * i);
            if (i != left_out) {
                mean += (low + high) / 2 / count;
                square += (low * low + high * high) / 2 / count;
            }
        }
        double wanted = (double)recorded_variance[c] + 1e-5;
        fit->shift += fabs(mean - (double)recorded_mean[c]) / sqrt(wanted) / 3;
        fit->spread += fabs(log((square - mean * mean + 1e-5) / wanted)) / 3;
    }
    return log1p(fit->shift) + fit->spread;
}

static void the_formulas_hold(void **state)
{
    (void)state;
    dn_model *model = new_model(true);
    dn_input_check *check = check_of(model, 3, 0.7);
    dn_input_fit fit, wanted;
    expected(3, 0.7, 3, &wanted);
    assert_int_equal(dn_input_check_fit(check, 0, &fit), DN_OK);
    assert_near(fit.shift, wanted.shift, 1e-5);
    assert_near(fit.spread, wanted.spread, 1e-5);
    assert_int_equal(dn_input_check_pictures(check), 3);
    assert_int_equal(dn_input_check_blocks(check), 1);
    assert_int_equal(dn_input_check_fit(check, 1, &fit), DN_OK);
    assert_int_equal(dn_input_check_fit(check, 2, &fit), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_input_check_picture(check, 2, &fit), DN_OK);
    assert_int_equal(dn_input_check_picture(check, 3, &fit), DN_ERROR_ARGUMENT);
    dn_input_check_free(check);
    dn_model_free(model);
}

/* One picture alone is the last of a run of several. */
static void pictures_are_judged_one_by_one(void **state)
{
    (void)state;
    dn_model *model = new_model(true);
    dn_input_check *one = check_of(model, 1, 0.7), *several = check_of(model, 3, 0.7);
    dn_input_fit alone, first, all;
    assert_int_equal(dn_input_check_fit(one, 1, &alone), DN_OK);
    assert_int_equal(dn_input_check_picture(several, 0, &first), DN_OK);
    assert_int_equal(dn_input_check_fit(several, 1, &all), DN_OK);
    assert_near(first.shift, alone.shift, 1e-9);
    assert_near(first.spread, alone.spread, 1e-9);
    assert_true(fabs(all.shift - alone.shift) > 1e-3);
    dn_input_check_free(one);
    dn_input_check_free(several);
    dn_model_free(model);
}

static void the_error_is_the_jackknifes(void **state)
{
    (void)state;
    dn_model *model = new_model(true);
    dn_input_check *one = check_of(model, 5, 3), *other = check_of(model, 5, 0.7);
    double difference, error, values[5], mean = 0, sum = 0;
    dn_input_fit fit;
    assert_int_equal(dn_input_check_compare(one, other, &difference, &error), DN_OK);
    assert_near(difference, expected(5, 3, 5, &fit) - expected(5, 0.7, 5, &fit), 1e-4);
    for (int i = 0; i < 5; i++) {
        values[i] = expected(5, 3, i, &fit) - expected(5, 0.7, i, &fit);
        mean += values[i] / 5;
    }
    for (int i = 0; i < 5; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    assert_near(error, sqrt(sum * 4 / 5), 1e-4);
    dn_input_check_free(other);
    other = check_of(model, 4, 0.7);
    assert_int_equal(dn_input_check_compare(one, other, &difference, &error), DN_ERROR_ARGUMENT);
    dn_input_check_free(one);
    dn_input_check_free(other);
    one = check_of(model, 1, 3);
    assert_int_equal(dn_input_check_compare(one, one, &difference, &error), DN_OK);
    assert_true(difference == 0 && isinf(error));
    dn_input_check_free(one);
    dn_model_free(model);
}

static void nothing_to_compare_with(void **state)
{
    (void)state;
    dn_model *model = new_model(false);
    dn_input_check *check = NULL;
    dn_input_fit fit;
    assert_int_equal(dn_input_check_create(model, &check), DN_ERROR_MISMATCH);
    assert_null(check);
    dn_model_free(model);
    model = new_model(true);
    assert_int_equal(dn_input_check_create(model, &check), DN_OK);
    assert_int_equal(dn_input_check_fit(check, 0, &fit), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "no pictures"));
    assert_int_equal(dn_input_check_picture(check, 0, &fit), DN_ERROR_ARGUMENT);
    dn_input_check_free(check);
    dn_input_check_free(NULL);
    dn_model_free(model);
}

/* A flat picture is unlike all that the built-in network saw; a distance that is not a number, too.
 */
static void foreign_pictures(void **state)
{
    (void)state;
    dn_model *model;
    dn_input_check *check;
    static float input[3 * 32 * 32];
    float logits[10];
    dn_input_fit fit, none = {NAN, 0}, near = {0.5, 0.5}, far = {0.5, 0.9};
    assert_int_equal(dn_model_load("builtin", NULL, &model), DN_OK);
    assert_int_equal(dn_input_check_create(model, &check), DN_OK);
    dn_session *session = open_session(model, 2);
    dn_session_observe(session, dn_input_check_observe, check);
    assert_int_equal(dn_session_run(session, input, 1, 32, 32, logits), DN_OK);
    assert_int_equal(dn_input_check_picture(check, 0, &fit), DN_OK);
    assert_true(dn_input_fit_is_foreign(&fit) && dn_input_fit_is_foreign(&none));
    assert_true(!dn_input_fit_is_foreign(&near) && dn_input_fit_is_foreign(&far));
    dn_session_free(session);
    dn_input_check_free(check);
    dn_model_free(model);
}

static void memory_runs_out(void **state)
{
    (void)state;
    dn_model *model = new_model(true);
    dn_input_check *check = NULL;
    for (int i = 0;; i++) {
        fail_allocation(i);
        dn_status status = dn_input_check_create(model, &check);
        if (!allocation_failed())
            break;
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
    fail_allocation(-1);
    const float data[5 * PIXELS] = {1};
    const dn_feature feature = {"block1", 1, 5, SIDE, SIDE, 5, data};
    dn_input_fit fit;
    fail_allocation(0);
    dn_input_check_observe(&feature, check);
    fail_allocation(-1);
    dn_input_check_observe(&feature, check);
    assert_int_equal(dn_input_check_fit(check, 0, &fit), DN_ERROR_MEMORY);
    dn_input_check_free(check);
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_formulas_hold),
        cmocka_unit_test(pictures_are_judged_one_by_one),
        cmocka_unit_test(the_error_is_the_jackknifes),
        cmocka_unit_test(nothing_to_compare_with),
        cmocka_unit_test(foreign_pictures),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
