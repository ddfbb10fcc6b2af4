/* SPDX-License-Identifier: MIT */
/* Answers of the Open Inference Protocol: JSON, binary data, classifications. */
#include "allocation.h"
#include "comma_locale.h"
#include "protocol/infer_response.h"
#include "testing.h"

#include <math.h>

static const char *label_of(const void *labels, int output)
{
    return ((const char *const *)labels)[output];
}

static const char *const labels[] = {"cat \"a\"", NULL, "b\xff"};
static const model_facts model = {.name = "net", .classes = 3, .label = label_of, .labels = labels};
static const float values[] = {0.1f, -2, 3e-7f, 1, 1, 2};

static char *written(const infer_answer *answers, int count, infer_response *response)
{
    static char text[1024];
    assert_int_equal(infer_response_write(&model, "7\n", 2, answers, count, response), DN_OK);
    size_t size = response->header_size ? response->header_size : response->size;
    assert_true(size < sizeof text);
    memcpy(text, response->bytes, size);
    text[size] = '\0';
    return text;
}

#define BEGIN "{\"model_name\":\"net\",\"model_version\":\"1\",\"id\":\"7\\u000a\",\"outputs\":["

static void values_are_written_as_json(void **state)
{
    (void)state;
    expect_comma();
    infer_response response;
    const infer_answer answer = {{"output", false, 0}, values};
    assert_string_equal(written(&answer, 1, &response),
                        BEGIN "{\"name\":\"output\",\"datatype\":\"FP32\",\"shape\":[2,3],\"data\":"
                              "[0.100000001,-2,3.00000011e-07,1,1,2]}]}");
    assert_int_equal(response.header_size, 0);
    free(response.bytes);
}

static void classes_are_written_as_json(void **state)
{
    (void)state;
    expect_comma();
    infer_response response;
    const infer_answer answers[] = {{{"output", false, 2}, values},
                                    {{"probabilities", false, 9}, values}};
    assert_string_equal(
        written(answers, 2, &response),
        BEGIN "{\"name\":\"output\",\"datatype\":\"BYTES\",\"shape\":[2,2],\"data\":"
              "[\"0.100000:0:cat \\\"a\\\"\",\"0.000000:2:b\xEF\xBF\xBD\","
              "\"2.000000:2:b\xEF\xBF\xBD\",\"1.000000:0:cat \\\"a\\\"\"]},"
              "{\"name\":\"probabilities\",\"datatype\":\"BYTES\",\"shape\":[2,3],\"data\":"
              "[\"0.100000:0:cat \\\"a\\\"\",\"0.000000:2:b\xEF\xBF\xBD\",\"-2.000000:1\","
              "\"2.000000:2:b\xEF\xBF\xBD\",\"1.000000:0:cat \\\"a\\\"\",\"1.000000:1\"]}]}");
    free(response.bytes);
}

static void binary_data_follow_the_json(void **state)
{
    (void)state;
    infer_response response;
    const infer_answer answers[] = {{{"output", true, 1}, values},
                                    {{"output", false, 0}, values},
                                    {{"probabilities", true, 0}, values}};
    const char *text = written(answers, 3, &response);
    assert_non_null(strstr(text, "\"shape\":[2,1],\"parameters\":{\"binary_data_size\":41}}"));
    assert_non_null(strstr(text, "\"shape\":[2,3],\"data\":["));
    assert_non_null(strstr(text, "\"shape\":[2,3],\"parameters\":{\"binary_data_size\":24}}]}"));
    const char *data = response.bytes + response.header_size;
    assert_int_equal(response.size, response.header_size + 41 + 24);
    assert_memory_equal(data,
                        "\x12\0\0\0"
                        "0.100000:0:cat \"a\"",
                        22);
    assert_memory_equal(data + 22,
                        "\x0f\0\0\0"
                        "2.000000:2:b\xEF\xBF\xBD",
                        19);
    assert_memory_equal(data + 41, values, sizeof values);
    free(response.bytes);
}

static void what_is_no_number_is_not_json(void **state)
{
    (void)state;
    infer_response response;
    const float odd[] = {1, NAN, 0, 1, INFINITY, 0};
    infer_answer answer = {{"output", true, 0}, odd};
    assert_int_equal(infer_response_write(&model, NULL, 2, &answer, 1, &response), DN_OK);
    free(response.bytes);
    answer.asked.top = 1;
    assert_int_equal(infer_response_write(&model, NULL, 2, &answer, 1, &response),
                     DN_ERROR_NUMERIC);
    answer = (infer_answer){{"output", false, 0}, odd};
    assert_int_equal(infer_response_write(&model, NULL, 2, &answer, 1, &response),
                     DN_ERROR_NUMERIC);
    assert_null(response.bytes);
}

static void memory_that_is_missing_is_said(void **state)
{
    (void)state;
    const infer_answer answers[] = {{{"output", true, 2}, values},
                                    {{"probabilities", true, 0}, values},
                                    {{"output", false, 2}, values}};
    for (int i = 0;; i++) {
        infer_response response;
        fail_allocation(i);
        dn_status status = infer_response_write(&model, NULL, 2, answers, 3, &response);
        bool failed = allocation_failed();
        fail_allocation(-1);
        assert_int_equal(status, failed ? DN_ERROR_MEMORY : DN_OK);
        free(response.bytes);
        if (!failed)
            return;
        assert_null(response.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {comma_test(values_are_written_as_json),
                                       comma_test(classes_are_written_as_json),
                                       cmocka_unit_test(binary_data_follow_the_json),
                                       cmocka_unit_test(what_is_no_number_is_not_json),
                                       cmocka_unit_test(memory_that_is_missing_is_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
