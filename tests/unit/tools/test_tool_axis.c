/* SPDX-License-Identifier: MIT */
/* Axes for whatever numbers a file holds: they end, advance, and show what there is. */
#include "testing.h"

#include "drawing/axis.h"

#include <float.h>
#include <math.h>

/* Ticks within the axis, that their labels tell apart. */
static void assert_sound(axis made)
{
    char before[32] = "", text[32];
    assert_true(isfinite(made.low) && isfinite(made.high) && made.high > made.low);
    assert_true(isfinite(made.high - made.low) && made.step > 0);
    assert_true(made.ticks >= 1 && made.ticks <= 40);
    for (int i = 0; i < made.ticks; i++) {
        double value = made.first + i * made.step;
        assert_true(value >= made.low - made.step / 2 && value <= made.high + made.step / 2);
        snprintf(text, sizeof text, "%.6g", value);
        assert_string_not_equal(text, before);
        memcpy(before, text, sizeof text);
    }
}

static axis of(size_t count, ...)
{
    double values[128];
    va_list arguments;
    va_start(arguments, count);
    for (size_t i = 0; i < count; i++)
        values[i] = va_arg(arguments, double);
    va_end(arguments);
    axis made = axis_of_values(values, count, false);
    assert_sound(made);
    return made;
}

static void any_range_has_an_axis(void **state)
{
    (void)state;
    static const double odd[] = {0,        5e-324, 1e-300,  1e-10, 1,     1 + DBL_EPSILON,
                                 0.693147, 1e6,    1e17,    1e300, 1e308, DBL_MAX,
                                 INFINITY, NAN,    -5e-324, -1,    -1e17, -1e308,
                                 -INFINITY};
    size_t count = sizeof odd / sizeof *odd;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            double shares[] = {odd[i], odd[j]};
            axis share = axis_of_values(shares, 2, true);
            assert_sound(share);
            assert_true(share.low >= 0 && share.high <= 1 + 1e-9);
            of(2, odd[i], odd[j]);
            of(5, odd[i], odd[j], odd[i], 1.0, 2.0);
            assert_sound(axis_of_counts(odd[i], odd[j]));
        }
    axis none = axis_of_values((double[]){NAN}, 1, false);
    assert_near(none.high, 1, 0);
}

static void epochs_are_counted(void **state)
{
    (void)state;
    axis thirty = axis_of_counts(0.05, 30), late = axis_of_counts(90, 100);
    axis same = axis_of_counts(1, 1 + DBL_EPSILON), part = axis_of_counts(0.001, 0.01);
    assert_near(thirty.low, 0, 0);
    assert_near(thirty.step, 5, 0);
    assert_near(late.low, 90, 0);
    assert_near(same.low, 0, 0);
    assert_int_equal(same.ticks, 2);
    assert_true(part.ticks > 2);
    assert_near(axis_of_counts(1, 1e6).high, 1e6, 0);
}

static void outliers_do_not_flatten(void **state)
{
    (void)state;
    double values[60];
    for (int i = 0; i < 60; i++)
        values[i] = 2.3 * exp(-i / 15.0);
    axis usual = axis_of_values(values, 60, false);
    assert_near(usual.high, 2.5, 1e-9);
    values[30] = 1e6;
    values[31] = -4000;
    axis robust = axis_of_values(values, 60, false);
    assert_near(robust.high, 2.5, 1e-9);
    assert_near(robust.low, 0, 1e-9);
    /* Of three, one; but no loss that merely falls. */
    assert_true(of(3, 0.5, 1e6, 0.4).high < 1);
    assert_true(of(3, 2.3, 1.0, 0.1).high > 2.29);
    assert_true(of(2, 0.1, 1e6).high >= 1e6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_range_has_an_axis),
                                       cmocka_unit_test(epochs_are_counted),
                                       cmocka_unit_test(outliers_do_not_flatten)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
