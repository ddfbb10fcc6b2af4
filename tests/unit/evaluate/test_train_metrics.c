/* SPDX-License-Identifier: MIT */
#include "allocation.h"
#include "testing.h"

#include "evaluate/metrics.h"

#include <math.h>

static void classes_by_hand(void **state)
{
    (void)state;
    dn_metrics *metrics;
    assert_int_equal(dn_metrics_create(DN_OBJECTIVE_CLASSES, 7, &metrics), DN_OK);
    const float logits[4][7] = {{0, 5, 1, 2, 3, 4, 6},  /* best 6 */
                                {9, 8, 7, 6, 5, 4, 3},  /* best 0 */
                                {9, 8, 7, 6, 5, 4, 3},  /* best 0 */
                                {1, 1, 1, 1, 1, 1, 1}}; /* best 0: the first of equals */
    const int classes[] = {6, 0, 5, 4};
    dn_metrics_add_classes(metrics, &logits[0][0], classes, 1);
    dn_metrics_add_classes(metrics, &logits[1][0], classes + 1, 3);
    assert_int_equal(metrics->samples, 4);
    assert_int_equal(metrics->top1, 2);
    assert_int_equal(metrics->top5, 3); /* class 5 of the third ranks sixth */
    assert_int_equal(metrics->confusion[5 * 7 + 0], 1);
    assert_int_equal(metrics->confusion[4 * 7 + 0], 1);

    dn_output_result figures = dn_metrics_output(metrics, 0);
    assert_int_equal(figures.support, 1);
    assert_int_equal(figures.predicted, 3);
    assert_true(fabs(figures.precision - 1.0 / 3) < 1e-12);
    assert_true(figures.recall == 1 && figures.f1 == 0.5);
    figures = dn_metrics_output(metrics, 3);
    assert_true(isnan(figures.precision) && isnan(figures.recall) && isnan(figures.f1));

    dn_metrics_free(metrics);
}

static void a_broken_network_is_never_right(void **state)
{
    (void)state;
    dn_metrics *metrics;
    assert_int_equal(dn_metrics_create(DN_OBJECTIVE_CLASSES, 6, &metrics), DN_OK);
    const float logits[][6] = {{NAN, NAN, NAN, NAN, NAN, NAN},
                               {0, 1, 2, 3, 4, NAN},
                               {INFINITY, 0, 0, 0, 0, 0},
                               {5, 4, 3, -INFINITY, 1, 0}};
    const int classes[] = {0, 4, 0, 0};
    dn_metrics_add_classes(metrics, &logits[0][0], classes, 4);
    assert_int_equal(metrics->samples, 4);
    assert_int_equal(metrics->not_numbers, 3);
    assert_int_equal(metrics->top1, 1);
    assert_int_equal(metrics->top5, 1);
    dn_output_result first = dn_metrics_output(metrics, 0);
    assert_int_equal(first.support, 3);
    assert_int_equal(first.predicted, 1);
    assert_int_equal(first.right, 1);
    assert_int_equal(dn_metrics_output(metrics, 4).support, 1);
    dn_metrics_free(metrics);

    assert_int_equal(dn_metrics_create(DN_OBJECTIVE_LABELS, 2, &metrics), DN_OK);
    const float scores[] = {NAN, 1, 2, 1, NAN, -1}, targets[] = {1, 1, 1, 1, 0, 0};
    assert_int_equal(dn_metrics_add_labels(metrics, scores, targets, 3), DN_OK);
    assert_int_equal(metrics->not_numbers, 2);
    first = dn_metrics_output(metrics, 0);
    assert_true(first.support == 2 && first.predicted == 1 && first.right == 1);
    double auroc;
    assert_int_equal(dn_metrics_auroc(metrics, 0, &auroc), DN_OK);
    assert_true(isnan(auroc));
    dn_metrics_free(metrics);
}

static double area(const float *scores, const float *targets, size_t count)
{
    double auroc;
    assert_int_equal(dn_auroc(scores, targets, count, 1, &auroc), DN_OK);
    return auroc;
}

static void areas_by_hand(void **state)
{
    (void)state;
    const float scores[] = {0.1f, 0.4f, 0.35f, 0.8f}, targets[] = {0, 0, 1, 1};
    assert_true(area(scores, targets, 4) == 0.75);
    const float tied[] = {1, 1, 1, 1};
    assert_true(area(tied, targets, 4) == 0.5);
    const float some[] = {2, 1, 1, 0}, labels[] = {1, 1, 0, 0};
    assert_true(area(some, labels, 4) == 0.875);
    const float unknown[] = {NAN, 0, 1, -1}; /* only 0.4 against 0.35 is left */
    assert_true(area(scores, unknown, 4) == 0);
    const float positives[] = {1, 1, 1, 1};
    assert_true(isnan(area(scores, positives, 4)));
    assert_true(isnan(area(scores, targets, 0)));
    const float broken[] = {1, NAN, 2, 3};
    assert_true(isnan(area(broken, targets, 4)));
}

static void labels_by_hand(void **state)
{
    (void)state;
    dn_metrics *metrics;
    double auroc;
    assert_int_equal(dn_metrics_create(DN_OBJECTIVE_LABELS, 2, &metrics), DN_OK);
    assert_int_equal(dn_metrics_auroc(metrics, 0, &auroc), DN_OK);
    assert_true(isnan(auroc));
    const float logits[] = {-1, 5, 2, 5, 3, 5}, targets[] = {0, NAN, 1, 1, 0, -1};
    assert_int_equal(dn_metrics_add_labels(metrics, logits, targets, 1), DN_OK);
    assert_int_equal(dn_metrics_add_labels(metrics, logits + 2, targets + 2, 2), DN_OK);
    assert_int_equal(metrics->samples, 3);
    assert_int_equal(dn_metrics_auroc(metrics, 0, &auroc), DN_OK);
    assert_true(auroc == 0.5);
    dn_output_result figures = dn_metrics_output(metrics, 0);
    assert_int_equal(figures.predicted, 2);
    assert_true(figures.precision == 0.5 && figures.recall == 1);
    figures = dn_metrics_output(metrics, 1);
    assert_int_equal(figures.support, 1);
    assert_int_equal(figures.predicted, 1);
    dn_metrics_free(metrics);
}

static dn_status evaluate(dn_metrics **metrics)
{
    const float logits[] = {-1, 2}, targets[] = {0, 1};
    double auroc;
    dn_status status = dn_metrics_create(DN_OBJECTIVE_LABELS, 1, metrics);
    if (status == DN_OK)
        status = dn_metrics_add_labels(*metrics, logits, targets, 2);
    return status == DN_OK ? dn_metrics_auroc(*metrics, 0, &auroc) : status;
}

static void allocations_that_fail(void **state)
{
    (void)state;
    for (int i = 0;; i++) {
        dn_metrics *metrics = NULL;
        fail_allocation(i);
        dn_status status = evaluate(&metrics);
        bool failed = allocation_failed();
        fail_allocation(-1);
        dn_metrics_free(metrics);
        if (!failed)
            break;
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_by_hand),       cmocka_unit_test(a_broken_network_is_never_right),
        cmocka_unit_test(areas_by_hand),         cmocka_unit_test(labels_by_hand),
        cmocka_unit_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
