/* SPDX-License-Identifier: MIT */
/* Ranked answers: names, order, what was never trained. */
#include "testing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static dn_model *small(int classes, dn_objective objective)
{
    dn_arch arch;
    dn_model *model;
    assert_int_equal(dn_arch_find("densenet-bc-10-4", &arch), DN_OK);
    arch.classes = classes;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    dn_model_set_objective(model, objective);
    return model;
}

static void the_most_probable_come_first(void **state)
{
    (void)state;
    dn_model *model = small(4, DN_OBJECTIVE_CLASSES);
    dn_answer answers[4];
    const float probabilities[] = {0.1f, 0.4f, 0.1f, 0.4f};
    assert_int_equal(dn_answers_rank(model, probabilities, 3, answers), 3);
    assert_int_equal(answers[0].output, 1); /* of equals the first */
    assert_int_equal(answers[1].output, 3);
    assert_int_equal(answers[2].output, 0);
    assert_int_equal(answers[1].rank, 2);
    assert_int_equal(dn_answers_strongest(answers, 3), 0);
    assert_int_equal(dn_answers_rank(model, probabilities, 0, answers), 4);
    assert_int_equal(answers[2].output, 2); /* in the network's order */
    assert_int_equal(dn_answers_strongest(answers, 4), 1);
    assert_int_equal(dn_answers_strongest(answers, 0), -1);
    dn_model_free(model);
}

static void outputs_have_names(void **state)
{
    (void)state;
    char number[DN_OUTPUT_NUMBER_SIZE];
    const char *const labels[] = {"cat", "", "dog"};
    dn_model *model = small(3, DN_OBJECTIVE_LABELS), *one = small(1, DN_OBJECTIVE_CLASSES);
    dn_answer answers[3];
    assert_string_equal(dn_output_name(one, 0, number), "yes");
    assert_string_equal(dn_output_name(model, 2, number), "2");
    assert_null(dn_output_name(model, 3, number));
    assert_null(dn_output_name(model, -1, number));
    assert_int_equal(dn_model_set_labels(model, labels, 3), DN_OK);
    assert_string_equal(dn_output_name(model, 2, number), "dog");
    assert_null(dn_output_name(model, 1, number)); /* never trained */
    assert_int_equal(dn_answers_rank(model, (float[]){0.5f, 0.9f, 0.6f}, 0, answers), 2);
    assert_int_equal(answers[1].output, 2);
    assert_false(dn_output_is_untrained(model, 0));
    assert_int_equal(dn_output_find(model, "dog"), 2);
    assert_int_equal(dn_output_find(model, "1"), 1);
    assert_int_equal(dn_output_find(model, "3"), -1);
    assert_int_equal(dn_output_find(model, ""), -1);
    assert_int_equal(dn_output_find(model, "99999999999999999999"), -1);
    dn_model_free(one);
    dn_model_free(model);
}

static void json_holds_what_is_known(void **state)
{
    (void)state;
    const char *const labels[] = {"a \"cat\"", "dog"};
    dn_model *model = small(2, DN_OBJECTIVE_CLASSES);
    const dn_answer answers[] = {{0, 1, 0.75f, false}, {1, 2, NAN, false}, {1, 3, 0.5f, true}};
    char *json;
    assert_int_equal(dn_model_set_labels(model, labels, 2), DN_OK);
    assert_int_equal(dn_answers_json(model, answers, 3, &json), DN_OK);
    assert_string_equal(json,
                        "[{\"index\": 0, \"label\": \"a \\\"cat\\\"\", \"probability\": 0.75}, "
                        "{\"index\": 1, \"label\": \"dog\", \"probability\": null}, "
                        "{\"index\": 1, \"label\": \"dog\", \"probability\": null, "
                        "\"note\": \"not trained\"}]");
    dn_free(json);
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_most_probable_come_first),
                                       cmocka_unit_test(outputs_have_names),
                                       cmocka_unit_test(json_holds_what_is_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
