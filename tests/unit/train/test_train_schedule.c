/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "train/schedule.h"

#include <math.h>

static dn_schedule find(const char *name, double rate, int64_t steps)
{
    dn_schedule schedule;
    assert_int_equal(dn_schedule_find(name, rate, steps, &schedule), DN_OK);
    assert_int_equal(dn_schedule_check(&schedule), DN_OK);
    return schedule;
}

static void assert_rate(const dn_schedule *schedule, int64_t step, double expected)
{
    double rate = dn_schedule_rate(schedule, step);
    if (fabs(rate - expected) > 1e-12)
        fail_msg("step %d: %.15g, expected %.15g", (int)step, rate, expected);
}

static void constant_and_warmup(void **state)
{
    (void)state;
    dn_schedule schedule = find("constant", 0.4, 10);
    assert_rate(&schedule, 0, 0.4);
    assert_rate(&schedule, 100, 0.4);
    schedule.warmup = 4;
    assert_rate(&schedule, 0, 0.1);
    assert_rate(&schedule, 2, 0.3);
    assert_rate(&schedule, 3, 0.4);
    assert_rate(&schedule, 4, 0.4);
}

/* The paper's recipe: tenfold drops at 50% and 75%. */
static void steps_of_the_paper(void **state)
{
    (void)state;
    dn_schedule schedule = find("step", 0.1, 300);
    assert_rate(&schedule, 149, 0.1);
    assert_rate(&schedule, 150, 0.01);
    assert_rate(&schedule, 224, 0.01);
    assert_rate(&schedule, 225, 0.001);
    assert_rate(&schedule, 299, 0.001);
}

/* Fractions mean whole steps although 0.07 x 100 and 0.29 x 100 are neither. */
static void milestones_that_binary_fractions_miss(void **state)
{
    (void)state;
    static const struct {
        double fraction;
        int step;
    } cases[] = {{0.07, 7}, {0.29, 29}, {1.0 / 3, 34}, {0.5, 50}, {1, 100}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dn_schedule schedule = find("step", 1, 100);
        schedule.milestones[0] = cases[i].fraction;
        schedule.milestones[1] = 0;
        assert_rate(&schedule, cases[i].step - 1, 1);
        if (cases[i].step < 100)
            assert_rate(&schedule, cases[i].step, 0.1);
    }
}

static void cosine_from_end_to_end(void **state)
{
    (void)state;
    dn_schedule schedule = find("cosine", 1, 8);
    schedule.final_rate = 0.2;
    assert_rate(&schedule, 0, 1);
    assert_rate(&schedule, 4, 0.6);
    assert_rate(&schedule, 2, 0.2 + 0.4 * (1 + sqrt(0.5)));
    schedule.warmup = 4;
    assert_rate(&schedule, 4, 1);
    assert_rate(&schedule, 6, 0.6);
}

/* Rises from rate / 25 over 30% of the steps, ends at rate / 25 / 10000. */
static void one_cycle(void **state)
{
    (void)state;
    dn_schedule schedule = find("onecycle", 1, 100);
    assert_rate(&schedule, 0, 0.04);
    assert_rate(&schedule, 29, 1);
    assert_rate(&schedule, 99, 4e-6);
    assert_true(fabs(dn_schedule_momentum(&schedule, 0, -1) - 0.95) < 1e-12);
    assert_true(fabs(dn_schedule_momentum(&schedule, 29, -1) - 0.85) < 1e-12);
    assert_true(fabs(dn_schedule_momentum(&schedule, 99, -1) - 0.95) < 1e-12);
    assert_true(dn_schedule_momentum(&schedule, 29, 0.8) == 0.8);
    schedule.warmup = 10;
    assert_rate(&schedule, 9, 1);
    schedule = find("cosine", 1, 100);
    assert_true(dn_schedule_momentum(&schedule, 29, -1) == 0.9);
}

/* No length makes a rate that is not a number, or leaves its range. */
static void runs_of_every_length(void **state)
{
    (void)state;
    static const char *const names[] = {"constant", "step", "cosine", "onecycle"};
    for (int steps = 1; steps < 40; steps++)
        for (int i = 0; i < 4; i++)
            for (int warmup = 0; warmup < steps && warmup < 5; warmup++) {
                dn_schedule schedule = find(names[i], 0.5, steps);
                schedule.warmup = warmup;
                for (int step = 0; step < steps + 2; step++) {
                    double rate = dn_schedule_rate(&schedule, step);
                    assert_true(rate >= 0 && rate <= 0.5 + 1e-12);
                }
            }
}

static void refused(void **state)
{
    (void)state;
    dn_schedule schedule;
    assert_int_equal(dn_schedule_find("linear", 1, 1, &schedule), DN_ERROR_ARGUMENT);
    schedule = find("step", 1, 10);
    schedule.rate = NAN;
    assert_int_equal(dn_schedule_check(&schedule), DN_ERROR_ARGUMENT);
    schedule = find("step", 1, 10);
    schedule.warmup = 10;
    assert_int_equal(dn_schedule_check(&schedule), DN_ERROR_ARGUMENT);
    schedule = find("step", 1, 10);
    schedule.milestones[1] = 0.4;
    assert_int_equal(dn_schedule_check(&schedule), DN_ERROR_ARGUMENT);
    schedule = find("step", 1, 10);
    schedule.steps = 0;
    assert_int_equal(dn_schedule_check(&schedule), DN_ERROR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_and_warmup),
        cmocka_unit_test(steps_of_the_paper),
        cmocka_unit_test(milestones_that_binary_fractions_miss),
        cmocka_unit_test(cosine_from_end_to_end),
        cmocka_unit_test(one_cycle),
        cmocka_unit_test(runs_of_every_length),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
