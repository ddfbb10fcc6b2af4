/* SPDX-License-Identifier: MIT */
/* Requests of the Open Inference Protocol: what is read of them, and what is refused. */
#include "allocation.h"
#include "protocol/infer_request.h"
#include "testing.h"

#include <stdio.h>
#include <string.h>

static void read_text(const char *text, infer_request *r)
{
    dn_status status = infer_request_read(text, strlen(text), NULL, r);
    if (status != DN_OK)
        print_error("%s\n", dn_last_error());
    assert_int_equal(status, DN_OK);
}

static void refuse(const char *text, const char *header, const char *sentence)
{
    infer_request r;
    assert_int_not_equal(infer_request_read(text, strlen(text), header, &r), DN_OK);
    if (!strstr(dn_last_error(), sentence))
        print_error("%s: %s\n", text, dn_last_error());
    assert_non_null(strstr(dn_last_error(), sentence));
    assert_null(r.skeleton.json);
}

static void everything_is_read(void **state)
{
    (void)state;
    static const char text[] =
        "{\"id\": \"a7\", \"unknown\": {\"data\": [1]},"
        " \"parameters\": {\"timeout\": 5000, \"binary_data_output\": true, \"own\": \"x\"},"
        " \"inputs\": [{\"data\": [[1, 2], [3, \"]\"]], \"name\": \"x\", \"shape\": [2, 2],"
        " \"datatype\": \"FP32\"}, {\"name\": \"y\", \"datatype\": \"INT8\", \"shape\": [],"
        " \"data\" : [7]}],"
        " \"outputs\": [{\"name\": \"o\", \"parameters\": {\"classification\": 3}},"
        " {\"name\": \"p\", \"parameters\": {\"binary_data\": false}}]}";
    infer_request r;
    read_text(text, &r);
    assert_string_equal(r.id, "a7");
    assert_int_equal(r.timeout_us, 5000);
    assert_int_equal(r.input_count, 2);
    const infer_input *x = &r.inputs[0];
    assert_string_equal(x->name, "x");
    assert_int_equal(x->type, TENSOR_FP32);
    assert_int_equal(x->rank, 2);
    assert_int_equal(x->dims[1], 2);
    assert_int_equal(x->elements, 4);
    assert_int_equal(x->form, TENSOR_JSON);
    assert_ptr_equal(x->data, strstr(text, "[[1"));
    assert_int_equal(x->size, strlen("[[1, 2], [3, \"]\"]]"));
    assert_int_equal(r.inputs[1].elements, 1);
    assert_int_equal(r.inputs[1].size, strlen("[7]"));
    assert_int_equal(r.output_count, 2);
    assert_int_equal(r.outputs[0].top, 3);
    assert_true(r.outputs[0].binary); /* as the request says */
    assert_false(r.outputs[1].binary);
    infer_request_free(&r);
}

static void binary_data_are_found(void **state)
{
    (void)state;
    static const char text[] = "{\"inputs\":[{\"name\":\"a\",\"datatype\":\"FP16\",\"shape\":[3],"
                               "\"parameters\":{\"binary_data_size\":6}},"
                               "{\"name\":\"b\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]},"
                               "{\"name\":\"c\",\"datatype\":\"BYTES\",\"shape\":[1],"
                               "\"parameters\":{\"binary_data_size\":5}}]}";
    static const char data[11] = "aabbcc\1\0\0\0x";
    char body[sizeof text + sizeof data] = {0}, header[16];
    size_t length = sizeof text - 1;
    memcpy(body, text, length);
    memcpy(body + length, data, sizeof data);
    snprintf(header, sizeof header, "%zu", length);
    infer_request r;
    assert_int_equal(infer_request_read(body, length + 11, header, &r), DN_OK);
    assert_int_equal(r.inputs[0].form, TENSOR_BINARY);
    assert_ptr_equal(r.inputs[0].data, body + length);
    assert_int_equal(r.inputs[1].form, TENSOR_JSON);
    assert_ptr_equal(r.inputs[2].data, body + length + 6);
    assert_int_equal(r.inputs[2].size, 5);
    infer_request_free(&r);
    assert_int_equal(infer_request_read(body, length + 12, header, &r), DN_ERROR_FORMAT);
    assert_string_equal(dn_last_error(), "1 bytes follow the last input's binary data");
    assert_int_equal(infer_request_read(body, length + 10, header, &r), DN_ERROR_FORMAT);
    assert_non_null(strstr(dn_last_error(), "4 bytes of the body are left"));
}

static void a_raw_body_has_no_description(void **state)
{
    (void)state;
    infer_request r;
    assert_int_equal(infer_request_read("{\"x", 3, "0", &r), DN_OK);
    assert_int_equal(r.input_count, 1);
    assert_int_equal(r.inputs[0].form, TENSOR_RAW);
    assert_int_equal(r.inputs[0].size, 3);
    assert_true(r.binary_output);
    infer_request_free(&r);
}

static void headers_that_lie_are_refused(void **state)
{
    (void)state;
    refuse("{}", "3", "the body has 2 bytes");
    refuse("{}", "-1", "Inference-Header-Content-Length is \"-1\"");
    refuse("{}", "", "Inference-Header-Content-Length is \"\"");
    refuse("{}", " 2", "Inference-Header-Content-Length is \" 2\"");
    refuse("{}", "99999999999999999999999999999999", "is needed");
    refuse("{}", "1", "is not valid JSON");
    refuse("{}", "2", "has no \"inputs\"");
}

#define INPUT(members) "{\"inputs\":[{\"name\":\"x\"," members "}]}"

static void damaged_requests_are_refused(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"", "is not valid JSON"},
        {"[]", "is not a JSON object"},
        {"{\"inputs\":[]}", "has no \"inputs\""},
        {"{\"inputs\":{}}", "has no \"inputs\""},
        {"{\"inputs\":[3]}", "inputs[0] is not an object"},
        {"{\"inputs\":[{}]}", "inputs[0] has no \"name\""},
        {"{\"id\":7,\"inputs\":[]}", "\"id\" must be a string"},
        {"{\"inputs\":[{\"name\":\"a\\u0000\"}]}", "is not valid JSON"},
        {"{\"inputs\":[],\"inputs\":[]}", "duplicate"},
        {"{\"parameters\":[]}", "\"parameters\" is not an object"},
        {"{\"parameters\":{\"timeout\":-1}}", "\"timeout\" must be a whole number"},
        {"{\"parameters\":{\"timeout\":1.5}}", "\"timeout\" must be a whole number"},
        {"{\"parameters\":{\"binary_data_output\":1}}", "must be true or false"},
        {"{\"parameters\":{\"triton_x\":1}}", "are reserved"},
        {"{\"outputs\":{}}", "\"outputs\" must be an array"},
        {"{\"outputs\":[{\"name\":\"a\"},{\"name\":\"a\"}]}", "asked for twice"},
        {"{\"outputs\":[{\"name\":\"a\",\"parameters\":{\"shared_memory_region\":\"r\"}}]}",
         "outputs[0]: shared memory is not supported"},
        {INPUT("\"shape\":[1]"), "has no \"datatype\""},
        {INPUT("\"datatype\":\"FP31\""), "there is no datatype \"FP31\""},
        {INPUT("\"datatype\":\"FP32\""), "\"shape\" must be an array"},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[1,1,1,1,1,1,1,1,1]"), "at most 8"},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[-1]"), "0 or more"},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[1.0]"), "0 or more"},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[4294967296,4294967296]"), "too many elements"},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[1]"), "needs \"data\""},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[1],\"data\":3"), "\"data\" is not an array"},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[1],\"d\\u0061ta\":[3]"), "is not an array"},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1],\"data\":[1]"), "duplicate"},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1"), "is not valid JSON"},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1],"
               "\"parameters\":{\"binary_data_size\":0}"),
         "and not both"},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[1],\"parameters\":{\"binary_data_size\":4}"),
         "0 bytes of the body are left"},
        {INPUT("\"datatype\":\"FP32\",\"shape\":[1],\"parameters\":{\"binary_data_size\":0}"),
         "has 1 elements of FP32, which are not 0 bytes"},
        {INPUT("\"datatype\":\"FP64\",\"shape\":[4611686018427387904],"
               "\"parameters\":{\"binary_data_size\":0}"),
         "which are not 0 bytes"},
        {"{\"inputs\":[{\"name\":\"x\",\"datatype\":\"INT8\",\"shape\":[1],\"data\":[1]},"
         "{\"name\":\"x\",\"datatype\":\"INT8\",\"shape\":[1],\"data\":[1]}]}",
         "input 'x' is there twice"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse(bad[i][0], NULL, bad[i][1]);
}

static void the_description_is_bounded(void **state)
{
    (void)state;
    static char text[SKELETON_MOST_BYTES + 1024];
    memset(text, ' ', sizeof text - 1);
    refuse(text, NULL, "bytes of JSON besides data");

    /* As many bytes as may be before the data, and then more. */
    static const char begin[] = "{\"inputs\":[{";
    int room = SKELETON_MOST_BYTES - (int)strlen(begin);
    text[sprintf(text, "%s%*s[1]", begin, room, "\"data\":")] = ' ';
    refuse(text, NULL, "bytes of JSON besides data");

    memset(text, '[', sizeof text - 1);
    refuse(text, NULL, "nested more than 64 deep");
    char *at = text + sprintf(text, "{\"inputs\":[0");
    for (int i = 0; i < SKELETON_MOST_INPUTS; i++)
        at += sprintf(at, ",0");
    strcpy(at, "]}");
    refuse(text, NULL, "more than 16 inputs");

    /* Data are not part of it. */
    sprintf(text, INPUT("\"datatype\":\"INT8\",\"shape\":[1],\"data\":[1"));
    at = strstr(text, "[1}") + 2;
    memset(at, ' ', sizeof text - 1 - (size_t)(at - text));
    strcpy(text + sizeof text - 8, "]}]}");
    infer_request r;
    read_text(text, &r);
    assert_int_equal(r.inputs[0].size, sizeof text - 8 - (size_t)(at - 2 - text) + 1);
    infer_request_free(&r);
}

static void memory_that_is_missing_is_said(void **state)
{
    (void)state;
    static const char text[] = INPUT("\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]");
    json_set_alloc_funcs(malloc, free); /* which can be made to fail */
    for (int i = 0;; i++) {
        infer_request r;
        fail_allocation(i);
        dn_status status = infer_request_read(text, sizeof text - 1, NULL, &r);
        if (!allocation_failed()) {
            fail_allocation(-1);
            assert_int_equal(status, DN_OK);
            infer_request_free(&r);
            assert_true(i > 0);
            return;
        }
        /* of a string's memory jansson says that there is no string */
        assert_true(status == DN_ERROR_MEMORY || status == DN_ERROR_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(everything_is_read),
                                       cmocka_unit_test(binary_data_are_found),
                                       cmocka_unit_test(a_raw_body_has_no_description),
                                       cmocka_unit_test(headers_that_lie_are_refused),
                                       cmocka_unit_test(damaged_requests_are_refused),
                                       cmocka_unit_test(the_description_is_bounded),
                                       cmocka_unit_test(memory_that_is_missing_is_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
