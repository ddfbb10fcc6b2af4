/* SPDX-License-Identifier: MIT */
/* Ranges of numbers for bytes: by each method, of one channel and of several. */
#include "testing.h"

#include "quantise/ranges.h"

#include <math.h>

static const dn_range_rule mse = {DN_RANGE_MSE, 0}, minmax = {DN_RANGE_MINMAX, 0},
                           percentile = {DN_RANGE_PERCENTILE, 98};

/* 1000 numbers from 0 to 1, and one far away. */
static dn_histogram with_outlier(float outlier)
{
    dn_histogram h = {0};
    for (int i = 0; i < 1000; i++)
        dn_histogram_add(&h, (float)i / 999);
    dn_histogram_add(&h, outlier);
    return h;
}

static void one_channel(void **state)
{
    (void)state;
    dn_histogram h = with_outlier(3);
    dn_range all = dn_choose_range(&minmax, &h), most = dn_choose_range(&percentile, &h),
             best = dn_choose_range(&mse, &h);
    assert_near(all.low, 0, 0);
    assert_near(all.high, 3, 0);
    assert_near(most.low, 0.01, 0.005);
    assert_near(most.high, 0.99, 0.005);
    assert_near(best.low, 0, 0.005); /* clipping 3 costs more than wide steps do */
    assert_near(best.high, 3, 0.5);
    for (int i = 0; i < 100; i++)
        for (int j = 0; j < 1000; j++)
            dn_histogram_add(&h, 0.001f * (float)j);
    for (int i = 0; i < 500; i++)
        dn_histogram_add(&h, 1.2f);
    assert_true(dn_choose_range(&mse, &h).high >= 1.2);
}

/* Of one number, or of none, a range is still none that divides by 0. */
static void no_width(void **state)
{
    (void)state;
    static const float numbers[] = {0, -2, 1e20f, 1e-30f};
    const dn_range_rule *rules[] = {&mse, &percentile, &minmax};
    for (int i = 0; i < 12; i++) {
        dn_histogram h = {0};
        if (i < 8)
            dn_histogram_add(&h, numbers[i % 4]);
        dn_range_part part = {&h, 1, 0, 1};
        dn_range own = dn_choose_range(rules[i % 3], &h);
        dn_range common = dn_choose_common_range(rules[i % 3], &part, 1, false);
        assert_true(isfinite(own.high - own.low) && (float)((own.high - own.low) / 255) > 0);
        assert_true(isfinite(common.high - common.low) && common.high > common.low);
        assert_true(common.low <= 0 && common.high >= 0);
    }
}

/* What is read is a line of the numbers, and at least 0 if activated. */
static void several_channels(void **state)
{
    (void)state;
    dn_histogram h = with_outlier(1);
    const dn_range_part parts[] = {{&h, -4, 1, 1}, {&h, 2, 0.5, 1}};
    dn_range any = dn_choose_common_range(&minmax, parts, 2, false);
    dn_range activated = dn_choose_common_range(&minmax, parts, 2, true);
    assert_near(any.low, -3, 1e-6);
    assert_near(any.high, 2.5, 1e-6);
    assert_near(activated.low, 0, 0);
    assert_near(activated.high, 2.5, 1e-6);
    dn_range best = dn_choose_common_range(&mse, parts, 2, true);
    assert_true(best.low == 0 && best.high > 2 && best.high <= 2.5);
}

/* A wide channel that is hardly read may be clipped, one that is read much may not. */
static void weights_count(void **state)
{
    (void)state;
    dn_histogram h = with_outlier(1);
    const dn_range_part hardly[] = {{&h, 1, 0, 1}, {&h, 20, 0, 1e-9}};
    const dn_range_part much[] = {{&h, 1, 0, 1}, {&h, 20, 0, 1}};
    assert_true(dn_choose_common_range(&mse, hardly, 2, true).high < 3);
    assert_true(dn_choose_common_range(&mse, much, 2, true).high > 15);
}

static void means(void **state)
{
    (void)state;
    dn_histogram h = with_outlier(1), none = {0};
    const dn_range_part part = {&h, 2, -1, 1}, empty = {&none, 1, 0, 1};
    dn_part_means any = dn_mean_of_part(&part, false, 2.0 / 255, 128);
    assert_near(any.exact, 0, 0.01);
    assert_near(any.rounded, 0, 0.01);
    dn_part_means activated = dn_mean_of_part(&part, true, 1.0 / 255, 0);
    assert_near(activated.exact, 0.25, 0.01);
    assert_near(activated.rounded, 0.25, 0.01);
    dn_part_means clipped = dn_mean_of_part(&part, true, 0.5 / 255, 0);
    assert_near(clipped.exact, 0.25, 0.01);
    assert_near(clipped.rounded, 0.1875, 0.01); /* a quarter of 0.25, a quarter of 0.5 */
    dn_part_means nothing = dn_mean_of_part(&empty, false, 1, 0);
    assert_true(nothing.exact == 0 && nothing.rounded == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_channel),
        cmocka_unit_test(no_width),
        cmocka_unit_test(several_channels),
        cmocka_unit_test(weights_count),
        cmocka_unit_test(means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
