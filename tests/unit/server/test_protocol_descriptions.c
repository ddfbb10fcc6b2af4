/* SPDX-License-Identifier: MIT */
/* What the server says of itself and its networks, and requests that load and unload them. */
#include "allocation.h"
#include "protocol/descriptions.h"
#include "protocol/repository_control.h"
#include "protocol/statistics.h"
#include "testing.h"

static const model_facts model = {
    .name = "net", .channels = 3, .height = 224, .width = -1, .classes = 1000, .most_batch = 64};

static void check(json_t *json, const char *expected)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
    json_decref(json);
}

static void networks_are_described(void **state)
{
    (void)state;
    check(describe_model(&model),
          "{\"inputs\":[{\"datatype\":\"FP32\",\"name\":\"input\",\"shape\":[-1,3,224,-1]}],"
          "\"name\":\"net\",\"outputs\":[{\"datatype\":\"FP32\",\"name\":\"output\",\"shape\":"
          "[-1,1000]}],\"platform\":\"densenet\",\"versions\":[\"1\"]}");
    check(describe_config(&model),
          "{\"backend\":\"densenet\",\"batch_input\":[],\"batch_output\":[],\"input\":[{"
          "\"allow_ragged_batch\":false,\"data_type\":\"TYPE_FP32\",\"dims\":[3,224,-1],"
          "\"format\":\"FORMAT_NCHW\",\"is_shape_tensor\":false,\"name\":\"input\","
          "\"optional\":false}],\"instance_group\":[],\"max_batch_size\":64,\"name\":\"net\","
          "\"output\":[{\"data_type\":\"TYPE_FP32\",\"dims\":[1000],\"is_shape_tensor\":false,"
          "\"label_filename\":\"\",\"name\":\"output\"}],\"parameters\":{},"
          "\"platform\":\"densenet\",\"runtime\":\"\",\"version_policy\":{\"latest\":"
          "{\"num_versions\":1}}}");
    check(describe_server("1.2.3"),
          "{\"extensions\":[\"classification\",\"model_repository\","
          "\"model_repository(unload_dependents)\",\"model_configuration\",\"binary_tensor_data\","
          "\"parameters\",\"statistics\"],\"name\":\"densenet\",\"version\":\"1.2.3\"}");
}

static void statistics_are_tritons(void **state)
{
    (void)state;
    const model_statistics both[] = {{.name = "a"},
                                     {.name = "b",
                                      .last_ms = 5,
                                      .pictures = 6,
                                      .runs = 4,
                                      .success = {3, 1.5},
                                      .fail = {1, 2},
                                      .queue = {4, 0.25},
                                      .compute_infer = {4, 1e-9},
                                      .bytes = 100}};
    json_t *json = statistics_describe(both, 2), *list = json_object_get(json, "model_stats");
    assert_int_equal(json_array_size(list), 2);
    json_t *second = json_incref(json_array_get(list, 1));
    json_decref(json);
    check(second,
          "{\"batch_stats\":[],\"execution_count\":4,\"inference_count\":6,\"inference_stats\":{"
          "\"cache_hit\":{\"count\":0,\"ns\":0},\"cache_miss\":{\"count\":0,\"ns\":0},"
          "\"compute_infer\":{\"count\":4,\"ns\":1},\"compute_input\":{\"count\":0,\"ns\":0},"
          "\"compute_output\":{\"count\":0,\"ns\":0},\"fail\":{\"count\":1,\"ns\":2000000000},"
          "\"queue\":{\"count\":4,\"ns\":250000000},\"success\":{\"count\":3,\"ns\":1500000000}},"
          "\"last_inference\":5,\"memory_usage\":[{\"byte_size\":100,\"id\":0,\"type\":\"CPU\"}],"
          "\"name\":\"b\",\"response_stats\":{},\"version\":\"1\"}");
}

static void repositories_are_listed(void **state)
{
    (void)state;
    const repository_model models[] = {{"a", true, ""}, {"b", false, "unloaded"}};
    check(repository_describe(models, 2),
          "[{\"name\":\"a\",\"reason\":\"\",\"state\":\"READY\",\"version\":\"1\"},"
          "{\"name\":\"b\",\"reason\":\"unloaded\",\"state\":\"UNAVAILABLE\",\"version\":\"1\"}]");
    check(repository_describe(models, 0), "[]");
}

static dn_status of(dn_status (*read)(const void *, size_t), const char *body)
{
    return read(body, strlen(body));
}

static void requests_to_a_repository_are_read(void **state)
{
    (void)state;
    bool ready_only = true;
    assert_int_equal(repository_read_index("", 0, &ready_only), DN_OK);
    assert_false(ready_only);
    assert_int_equal(repository_read_index("{\"ready\":true}", 14, &ready_only), DN_OK);
    assert_true(ready_only);
    assert_int_equal(repository_read_index("{\"ready\":1}", 11, &ready_only), DN_ERROR_FORMAT);
    assert_int_equal(repository_read_index("[]", 2, &ready_only), DN_ERROR_FORMAT);
    assert_int_equal(repository_read_index("{", 1, &ready_only), DN_ERROR_FORMAT);
    assert_int_equal(repository_read_index(NULL, 1 << 20, &ready_only), DN_ERROR_LIMIT);

    assert_int_equal(of(repository_check_load, ""), DN_OK);
    assert_int_equal(of(repository_check_load, "{\"parameters\":{}}"), DN_OK);
    assert_int_equal(of(repository_check_load, "{\"parameters\":{\"config\":\"{}\"}}"),
                     DN_ERROR_FORMAT);
    assert_string_equal(dn_last_error(),
                        "\"config\": a network is loaded from its file, without parameters");
    assert_int_equal(of(repository_check_load, "{\"parameters\":3}"), DN_ERROR_FORMAT);

    assert_int_equal(of(repository_check_unload, ""), DN_OK);
    assert_int_equal(of(repository_check_unload, "{\"parameters\":{\"unload_dependents\":false}}"),
                     DN_OK);
    assert_int_equal(of(repository_check_unload, "{\"parameters\":{\"unload_dependents\":0}}"),
                     DN_ERROR_FORMAT);
}

/* 0 to 3: a description; its object, or NULL. */
static json_t *description(int which)
{
    const model_statistics statistics[] = {{.name = "a"}, {.name = "b"}};
    const repository_model models[] = {{"a", true, ""}, {"b", false, "unloaded"}};
    return which == 0   ? describe_model(&model)
           : which == 1 ? describe_config(&model)
           : which == 2 ? statistics_describe(statistics, 2)
                        : repository_describe(models, 2);
}

static void memory_that_is_missing_is_said(void **state)
{
    (void)state;
    json_set_alloc_funcs(malloc, free); /* which can be made to fail */
    for (int which = 0; which < 4; which++)
        for (int i = 0;; i++) {
            fail_allocation(i);
            json_t *json = description(which);
            bool failed = allocation_failed();
            fail_allocation(-1);
            assert_int_equal(json == NULL, failed);
            json_decref(json);
            if (!failed)
                break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(networks_are_described),
                                       cmocka_unit_test(statistics_are_tritons),
                                       cmocka_unit_test(repositories_are_listed),
                                       cmocka_unit_test(requests_to_a_repository_are_read),
                                       cmocka_unit_test(memory_that_is_missing_is_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
