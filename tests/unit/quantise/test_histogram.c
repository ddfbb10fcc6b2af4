/* SPDX-License-Identifier: MIT */
/* Histograms: no number is lost, however many there are and however far apart. */
#include "testing.h"

#include "quantise/histogram.h"

#include <float.h>
#include <math.h>

static double count_all(const dn_histogram *h)
{
    double all = 0;
    for (int i = 0; i < DN_BINS; i++)
        all += h->count[i];
    return all;
}

static void numbers_far_apart(void **state)
{
    (void)state;
    static const float numbers[] = {1e-30f, -1, 1000, -FLT_MAX, 0, FLT_MAX, FLT_MIN};
    dn_histogram h = {0};
    for (int i = 0; i < 7; i++)
        dn_histogram_add(&h, numbers[i]);
    assert_true(count_all(&h) == 7);
    assert_true(h.least == -FLT_MAX && h.most == FLT_MAX);
    assert_true(dn_bin_middle(&h, 0) >= (double)-FLT_MAX);
    assert_true(dn_bin_middle(&h, DN_BINS - 1) <= (double)FLT_MAX);
}

static void what_is_not_finite_is_left_out(void **state)
{
    (void)state;
    dn_histogram h = {0};
    dn_histogram_add(&h, NAN);
    dn_histogram_add(&h, INFINITY);
    assert_true(h.width == 0 && count_all(&h) == 0);
    dn_histogram_add(&h, 2);
    dn_histogram_add(&h, -INFINITY);
    assert_true(h.least == 2 && h.most == 2 && count_all(&h) == 1);
}

/* A black background in hundreds of pictures is more pixels than floats can count. */
static void many_numbers(void **state)
{
    (void)state;
    dn_histogram h = {0};
    for (int i = 0; i < 3 << 23; i++)
        dn_histogram_add(&h, 0);
    for (int i = 0; i < 1 << 23; i++)
        dn_histogram_add(&h, 1);
    assert_true(count_all(&h) == 1 << 25);
    assert_near(dn_histogram_quantile(&h, 0.7), 0, 0.01);
    assert_near(dn_histogram_quantile(&h, 0.8), 1, 0.01);
}

static void quantiles(void **state)
{
    (void)state;
    dn_histogram h = {0};
    for (int i = 0; i <= 1000; i++)
        dn_histogram_add(&h, 0.001f * (float)i - 0.25f);
    for (int i = 0; i <= 10; i++)
        assert_near(dn_histogram_quantile(&h, 0.1 * i), 0.1 * i - 0.25, 0.005);
}

static void normal_distribution(void **state)
{
    (void)state;
    dn_histogram h;
    dn_histogram_normal(&h, 3, 2, 5, false);
    assert_near((double)h.least, -7, 1e-6);
    assert_near((double)h.most, 13, 1e-6);
    assert_near(dn_histogram_quantile(&h, 0.5), 3, 0.05);
    assert_near(dn_histogram_quantile(&h, 0.8413), 5, 0.05);
    dn_histogram_normal(&h, 0, 2, 5, true);
    assert_true(h.least == 0);
    assert_near(dn_histogram_quantile(&h, 0.4), 0, 0.05);
    assert_near(dn_histogram_quantile(&h, 0.8413), 2, 0.05);
    dn_histogram_normal(&h, 3, 0, 5, false); /* a channel that never changes */
    assert_true(h.least == 3 && h.most == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_far_apart),   cmocka_unit_test(what_is_not_finite_is_left_out),
        cmocka_unit_test(many_numbers),        cmocka_unit_test(quantiles),
        cmocka_unit_test(normal_distribution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
