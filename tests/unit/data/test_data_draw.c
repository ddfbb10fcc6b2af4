/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "data/augment/draw.h"

#include <math.h>

/* Neighbouring counters give unrelated numbers: no correlation between the
 * first draws of successive samples, epochs or seeds. */
static void counters_are_independent(void **state)
{
    (void)state;
    enum { DRAWS = 20000 };
    for (int which = 0; which < 3; which++) {
        double sum = 0, square = 0, product = 0, previous = 0;
        for (int i = 0; i < DRAWS; i++) {
            dn_random random = dn_draw_for(DN_FOR_AUGMENT, which == 0 ? (uint64_t)i : 7,
                                           which == 1 ? i : 3, which == 2 ? i : 5);
            double value = dn_draw_uniform(&random, -1, 1);
            sum += value;
            square += value * value;
            product += value * previous;
            previous = value;
        }
        assert_true(fabs(sum / DRAWS) < 0.015);
        assert_true(fabs(square / DRAWS - 1.0 / 3) < 0.01);
        assert_true(fabs(product / DRAWS) < 0.01);
    }
}

static void same_counter_same_numbers(void **state)
{
    (void)state;
    dn_random a = dn_draw_for(DN_FOR_ORDER, 1, 2, 3), b = dn_draw_for(DN_FOR_ORDER, 1, 2, 3);
    dn_random other = dn_draw_for(DN_FOR_SPLIT, 1, 2, 3);
    uint32_t first = dn_random_bits(&a);
    assert_int_equal(first, dn_random_bits(&b));
    assert_int_not_equal(first, dn_random_bits(&other));
}

/* Beta(a, a) has mean 1/2 and variance 1 / (4 (2 a + 1)). */
static void beta_moments(void **state)
{
    (void)state;
    enum { DRAWS = 40000 };
    static const double alphas[] = {0.01, 0.2, 1, 4};
    for (int k = 0; k < 4; k++) {
        double sum = 0, square = 0, variance = 1 / (4 * (2 * alphas[k] + 1));
        for (int i = 0; i < DRAWS; i++) {
            dn_random random = dn_draw_for(DN_FOR_MIXUP, 1, k, i);
            double value = dn_draw_beta(&random, alphas[k]);
            assert_true(value >= 0 && value <= 1);
            sum += value;
            square += (value - 0.5) * (value - 0.5);
        }
        assert_true(fabs(sum / DRAWS - 0.5) < 0.01);
        assert_true(fabs(square / DRAWS / variance - 1) < 0.03);
    }
}

/* Each of the six orders of three things is as likely. */
static void orders(void **state)
{
    (void)state;
    int seen[3][3] = {{0}};
    enum { DRAWS = 12000 };
    for (int i = 0; i < DRAWS; i++) {
        int items[] = {0, 1, 2};
        dn_random random = dn_draw_for(DN_FOR_ORDER, 5, i, 0);
        dn_draw_order(&random, items, 3);
        assert_int_equal(items[0] + items[1] + items[2], 3);
        seen[items[0]][items[1]]++;
    }
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++)
            assert_true(a == b ? seen[a][b] == 0 : abs(seen[a][b] - DRAWS / 6) < 200);
}

/* Each as often as its part says, within five deviations; parts of 0 never. */
static void shares(void **state)
{
    (void)state;
    enum { DRAWS = 40000, PARTS = 7 };
    static const double sums[PARTS] = {0, 1, 1, 4, 4.5, 10, 10};
    int drawn[PARTS] = {0};
    dn_random random = dn_draw_for(DN_FOR_ORDER, 9, 0, 0);
    for (int i = 0; i < DRAWS; i++)
        drawn[dn_draw_share(&random, sums, PARTS)]++;
    for (int i = 0; i < PARTS; i++) {
        double chance = (sums[i] - (i ? sums[i - 1] : 0)) / sums[PARTS - 1];
        assert_true(fabs(drawn[i] - DRAWS * chance) <= 5 * sqrt(DRAWS * chance * (1 - chance)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_are_independent),
        cmocka_unit_test(same_counter_same_numbers),
        cmocka_unit_test(beta_moments),
        cmocka_unit_test(orders),
        cmocka_unit_test(shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
