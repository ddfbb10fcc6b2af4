/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "train/loss.h"

#include <math.h>

enum { ROWS = 3, OUTPUTS = 5, ALL = ROWS * OUTPUTS };

static const dn_loss_kind two_classes = {.objective = DN_OBJECTIVE_CLASSES, .outputs = 2},
                          smoothed = {DN_OBJECTIVE_CLASSES, 2, 0.2, NULL, NULL, false},
                          two_labels = {.objective = DN_OBJECTIVE_LABELS, .outputs = 2},
                          all_labels = {.objective = DN_OBJECTIVE_LABELS, .outputs = OUTPUTS};

/* Two equal logits: log 2, and a gradient of half. */
static void by_hand(void **state)
{
    (void)state;
    const float logits[] = {3, 3}, targets[] = {1, 0};
    float gradient[2];
    double loss = dn_loss(&two_classes, logits, targets, 1, 1, gradient);
    assert_near(loss, log(2), 1e-12);
    assert_near(gradient[0], -0.5, 1e-7);
    assert_near(gradient[1], 0.5, 1e-7);
    /* smoothing 0.2 makes the target 0.9, 0.1 */
    loss = dn_loss(&smoothed, logits, targets, 1, 2, gradient);
    assert_near(loss, log(2), 1e-12);
    assert_near(gradient[0], -0.8, 1e-6);

    /* a label at logit 0 costs log 2; one that is not known costs nothing */
    const float zeros[] = {0, 7, 0, -7}, labels[] = {1, NAN, 0, -1};
    float gradients[4];
    loss = dn_loss(&two_labels, zeros, labels, 2, 1, gradients);
    assert_near(loss, log(2), 1e-12);
    assert_near(gradients[0], -0.25, 1e-7);
    assert_near(gradients[2], 0.25, 1e-7);
    assert_true(gradients[1] == 0 && gradients[3] == 0);
    assert_true(dn_loss_weight(&two_labels, labels, 2) == 2);
}

static void nothing_labelled(void **state)
{
    (void)state;
    const float logits[] = {1, 2}, labels[] = {NAN, -1};
    float gradient[] = {9, 9};
    assert_true(dn_loss(&two_labels, logits, labels, 1, 1, gradient) == 0);
    assert_true(gradient[0] == 0 && gradient[1] == 0);
}

/* Neither overflow nor loss of digits where logits are large. */
static void large_logits(void **state)
{
    (void)state;
    const float logits[] = {1e4f, -1e4f}, right[] = {1, 0}, wrong[] = {0, 1};
    assert_near(dn_loss(&two_classes, logits, right, 1, 1, NULL), 0, 1e-12);
    assert_near(dn_loss(&two_classes, logits, wrong, 1, 1, NULL), 2e4, 1e-6);
    assert_near(dn_loss(&two_labels, logits, right, 1, 1, NULL), 0, 1e-12);
    assert_near(dn_loss(&two_labels, logits, wrong, 1, 1, NULL), 1e4, 1e-6);
}

static void not_a_number_shows(void **state)
{
    (void)state;
    const float logits[] = {1, NAN}, targets[] = {1, 0};
    assert_true(isnan(dn_loss(&two_classes, logits, targets, 1, 1, NULL)));
    assert_true(isnan(dn_loss(&two_labels, logits, targets, 1, 1, NULL)));
}

/* As PyTorch's weight: numerators and divisor by the class's weight, or, for probabilities, by
 * rows. */
static void weights_by_hand(void **state)
{
    (void)state;
    const float weights[] = {3, 1}, logits[] = {0, 0, (float)log(3), 0}, targets[] = {1, 0, 0, 1};
    dn_loss_kind kind = two_classes;
    kind.class_weights = weights;
    float gradient[4];
    double sum = 3 * log(2) + log(4);
    assert_true(dn_loss_weight(&kind, targets, 2) == 4);
    assert_near(dn_loss(&kind, logits, targets, 2, 1, gradient), sum / 4, 1e-7);
    assert_near(gradient[0], -3 * 0.5 / 4, 1e-7);
    assert_near(gradient[2], 0.75 / 4, 1e-7);
    kind.soft = true;
    assert_true(dn_loss_weight(&kind, targets, 2) == 2);
    assert_near(dn_loss(&kind, logits, targets, 2, 1, gradient), sum / 2, 1e-7);
    const float none[] = {0, 1};
    kind = two_classes;
    kind.class_weights = none;
    assert_true(dn_loss(&kind, logits, targets, 1, 1, gradient) == 0);
    assert_true(gradient[0] == 0 && gradient[1] == 0);

    const float labels[] = {1, 0, NAN, 1}, zeros[4] = {0};
    kind = two_labels;
    kind.positive_weights = weights;
    assert_near(dn_loss(&kind, zeros, labels, 2, 1, gradient), (3 + 1 + 1) * log(2) / 3, 1e-12);
    assert_near(gradient[0], -3 * 0.5 / 3, 1e-7);
    assert_near(gradient[1], 0.5 / 3, 1e-7);
    assert_true(gradient[2] == 0);
}

/* The gradient is the loss's slope, for hard, soft, missing and weighted targets. */
static void gradients_by_finite_differences(void **state)
{
    (void)state;
    static const float weights[OUTPUTS] = {0.5f, 3, 1, 0, 7};
    for (int which = 0; which < 8; which++) {
        int task = which & 1;
        const dn_loss_kind kind = {.objective = (dn_objective)task,
                                   .outputs = OUTPUTS,
                                   .smoothing = 0.1,
                                   .class_weights = which & 2 && !task ? weights : NULL,
                                   .positive_weights = which & 2 && task ? weights : NULL,
                                   .soft = which & 4};
        float logits[ALL], targets[ALL], gradient[ALL];
        for (int i = 0; i < ALL; i++) {
            logits[i] = 2 * sinf((float)(3 * i + 1));
            targets[i] =
                i % 4 == 3 && task == DN_OBJECTIVE_LABELS ? NAN : 0.5f + 0.5f * cosf((float)i);
        }
        dn_loss(&kind, logits, targets, ROWS, 1.5, gradient);
        for (int i = 0; i < ALL; i++) {
            const float step = 0x1p-8f, middle = logits[i];
            logits[i] = middle + step;
            double up = dn_loss(&kind, logits, targets, ROWS, 1, NULL);
            logits[i] = middle - step;
            double down = dn_loss(&kind, logits, targets, ROWS, 1, NULL);
            logits[i] = middle;
            assert_near(gradient[i], 1.5 * (up - down) / (2 * (double)step), 4e-5);
        }
    }
}

/* Parts of a batch weighted by dn_loss_weight make the whole batch's loss. */
static void parts_make_the_whole(void **state)
{
    (void)state;
    static const float weights[OUTPUTS] = {0.5f, 3, 1, 0, 7};
    dn_loss_kind kinds[] = {all_labels, all_labels, all_labels};
    kinds[1].objective = kinds[2].objective = DN_OBJECTIVE_CLASSES;
    kinds[2].class_weights = weights;
    for (int k = 0; k < 3; k++) {
        float logits[ALL], targets[ALL];
        for (int i = 0; i < ALL; i++) {
            logits[i] = cosf((float)i);
            targets[i] = k ? (float)(i % OUTPUTS == i / OUTPUTS) : i % 3 == 0 ? -1 : (float)(i & 1);
        }
        double whole = dn_loss(&kinds[k], logits, targets, ROWS, 1, NULL), sum = 0, all = 0;
        for (size_t row = 0; row < ROWS; row++) {
            const float *part = &logits[row * OUTPUTS], *own = &targets[row * OUTPUTS];
            double weight = dn_loss_weight(&kinds[k], own, 1);
            sum += weight * dn_loss(&kinds[k], part, own, 1, 1, NULL);
            all += weight;
        }
        assert_near(sum / all, whole, 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(nothing_labelled),
        cmocka_unit_test(large_logits),
        cmocka_unit_test(not_a_number_shows),
        cmocka_unit_test(weights_by_hand),
        cmocka_unit_test(gradients_by_finite_differences),
        cmocka_unit_test(parts_make_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
