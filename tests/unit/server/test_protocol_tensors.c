/* SPDX-License-Identifier: MIT */
/* The data of inputs: numbers and byte strings, from JSON and as binary data. */
#include "allocation.h"
#include "comma_locale.h"
#include "protocol/tensor_elements.h"
#include "protocol/tensor_floats.h"
#include "testing.h"

#include <stdio.h>
#include <string.h>

static infer_input described(tensor_type type, tensor_form form, const void *data, size_t size)
{
    return (infer_input){
        .name = "x", .type = type, .rank = 1, .form = form, .data = data, .size = size};
}

static infer_input json_input(tensor_type type, int rank, const size_t *dims, const char *text)
{
    infer_input input = described(type, TENSOR_JSON, text, strlen(text));
    input.rank = rank;
    input.elements = 1;
    for (int i = 0; i < rank; i++) {
        input.dims[i] = dims[i];
        input.elements *= dims[i];
    }
    return input;
}

static void numbers_come_from_nested_and_flat_arrays(void **state)
{
    (void)state;
    static const char *const same[] = {"[[1,-2.5e0],[0.1,4E+2],[5,6]]",
                                       " [ [1 , -2.5 ],\n[ 0.1,400],[5,6.0] ] ",
                                       "[1,-2.5,0.1,400,5,6]"};
    for (size_t i = 0; i < 3; i++) {
        infer_input input = json_input(TENSOR_FP32, 2, (size_t[]){3, 2}, same[i]);
        input.data += same[i][0] == ' ';
        input.size -= same[i][0] == ' ' ? 2 : 0;
        tensor_floats floats;
        assert_int_equal(tensor_floats_read(&input, &floats), DN_OK);
        assert_non_null(floats.owned);
        const float expected[] = {1, -2.5f, 0.1f, 400, 5, 6};
        assert_memory_equal(floats.values, expected, sizeof expected);
        tensor_floats_free(&floats);
    }
    infer_input scalar = json_input(TENSOR_FP64, 0, NULL, "[0.30000000000000004]");
    tensor_floats floats;
    assert_int_equal(tensor_floats_read(&scalar, &floats), DN_OK);
    assert_true(floats.values[0] == 0.3f);
    tensor_floats_free(&floats);
    infer_input none = json_input(TENSOR_FP32, 2, (size_t[]){0, 2}, "[]");
    assert_int_equal(tensor_floats_read(&none, &floats), DN_OK);
    tensor_floats_free(&floats);
}

static void numbers_have_points_in_every_locale(void **state)
{
    (void)state;
    expect_comma();
    infer_input input = json_input(TENSOR_FP32, 1, (size_t[]){1}, "[1.5]");
    tensor_floats floats;
    assert_int_equal(tensor_floats_read(&input, &floats), DN_OK);
    assert_true(floats.values[0] == 1.5f);
    tensor_floats_free(&floats);
}

static void refuse_numbers(int rank, const size_t *dims, const char *text, const char *sentence)
{
    infer_input input = json_input(TENSOR_FP32, rank, dims, text);
    tensor_floats floats;
    assert_int_equal(tensor_floats_read(&input, &floats), DN_ERROR_FORMAT);
    if (!strstr(dn_last_error(), sentence))
        print_error("%s: %s\n", text, dn_last_error());
    assert_non_null(strstr(dn_last_error(), sentence));
    assert_null(floats.owned);
}

static void arrays_of_another_shape_are_refused(void **state)
{
    (void)state;
    static const char *const other[] = {
        "[[1,2],[3,4]]",       "[[1,2],[3,4],[5]]",    "[[1,2],[3,4],[5,6],[7,8]]",
        "[[1,2,3],[4,5,6]]",   "[1,2,3,4,50]",         "[1,2,3,4,5,6,7]",
        "[[1,2],[3,4],5,6]",   "[1,[2,3,4,5,6]]",      "[[[1],[2]],[3,4]]",
        "[[1,2],[3,4],[5,6]}", "[[1,2],[3,4],[5,6],]", "[[1,2]]]]]]]]]]",
        "[[1,2] [3,4],[5,6]]",
    };
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        refuse_numbers(2, (size_t[]){3, 2}, other[i], "nested as the shape says");
    refuse_numbers(1, (size_t[]){SIZE_MAX}, "[1,2]", "has less than");
    refuse_numbers(1, (size_t[]){1000}, "[1,2]", "has less than");
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"NaN", "Infinity", "-",    "01",   "1.",    ".5", "1e",
                                      "+1",  "0x10",     "true", "null", "\"1\"", "{}", "inf"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[32];
        snprintf(text, sizeof text, "[0,%s]", bad[i]);
        infer_input input = json_input(TENSOR_FP32, 1, (size_t[]){2}, text);
        tensor_floats floats;
        assert_int_equal(tensor_floats_read(&input, &floats), DN_ERROR_FORMAT);
    }
    refuse_numbers(1, (size_t[]){2}, "[0,NaN]", "element 1 is not a number");
    refuse_numbers(1, (size_t[]){2}, "[0,1", "element 1 is not a number");
    refuse_numbers(1, (size_t[]){2}, "[1e39,0]", "element 0 is too large");
    refuse_numbers(1, (size_t[]){2}, "[0,1e999999]", "element 1 is too large");
}

static void floats_are_viewed_where_they_stand(void **state)
{
    (void)state;
    const float values[] = {1, 2, 3};
    infer_input input = described(TENSOR_FP32, TENSOR_BINARY, values, sizeof values);
    input.elements = 3;
    tensor_floats floats;
    assert_int_equal(tensor_floats_read(&input, &floats), DN_OK);
    assert_ptr_equal(floats.values, values);
    assert_null(floats.owned);
    tensor_floats_free(&floats);

    _Alignas(float) unsigned char shifted[1 + sizeof values];
    memcpy(shifted + 1, values, sizeof values);
    input.data = shifted + 1;
    assert_int_equal(tensor_floats_read(&input, &floats), DN_OK);
    assert_memory_equal(floats.values, values, sizeof values);
    assert_non_null(floats.owned);
    tensor_floats_free(&floats);
}

static void other_types_are_converted(void **state)
{
    (void)state;
    const uint16_t halves[] = {0x3c00, 0xc100}, brains[] = {0x3f80, 0xc020};
    const double doubles[] = {1, -2.5};
    const infer_input inputs[] = {described(TENSOR_FP16, TENSOR_BINARY, halves, sizeof halves),
                                  described(TENSOR_BF16, TENSOR_BINARY, brains, sizeof brains),
                                  described(TENSOR_FP64, TENSOR_BINARY, doubles, sizeof doubles)};
    for (size_t i = 0; i < 3; i++) {
        infer_input input = inputs[i];
        tensor_floats floats;
        input.elements = 2;
        assert_true(tensor_floats_has(&input));
        assert_int_equal(tensor_floats_read(&input, &floats), DN_OK);
        assert_true(floats.values[0] == 1 && floats.values[1] == -2.5f);
        tensor_floats_free(&floats);
    }
    infer_input half = described(TENSOR_FP16, TENSOR_JSON, "[1]", 3);
    infer_input whole = described(TENSOR_INT32, TENSOR_BINARY, halves, sizeof halves);
    assert_false(tensor_floats_has(&half));
    assert_false(tensor_floats_has(&whole));
}

static void check_elements(const infer_input *input, size_t count, const char *const *expected)
{
    tensor_elements elements;
    dn_status status = tensor_elements_read(input, &elements);
    if (status != DN_OK)
        print_error("%s\n", dn_last_error());
    assert_int_equal(status, DN_OK);
    assert_int_equal(elements.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(elements.list[i].size, strlen(expected[i]));
        assert_memory_equal(elements.list[i].bytes, expected[i], strlen(expected[i]));
    }
    tensor_elements_free(&elements);
}

static void byte_strings_are_found(void **state)
{
    (void)state;
    static const char *const three[] = {"ab", "", "xyz"}, *const odd[] = {"\"\\\xc3\xa9]", "b"};
    infer_input binary =
        described(TENSOR_BYTES, TENSOR_BINARY, "\2\0\0\0ab\0\0\0\0\3\0\0\0xyz", 17);
    binary.elements = 3;
    check_elements(&binary, 3, three);
    infer_input flat = json_input(TENSOR_BYTES, 2, (size_t[]){3, 1}, "[\"ab\", \"\",\"xyz\"]");
    check_elements(&flat, 3, three);
    infer_input nested =
        json_input(TENSOR_BYTES, 2, (size_t[]){3, 1}, "[[\"ab\"],[\"\"],[\"xyz\"]]");
    check_elements(&nested, 3, three);
    infer_input coded = json_input(TENSOR_BYTES, 1, (size_t[]){3}, "[\"YWI=\",\"\",\"eHl6\"]");
    coded.base64 = true;
    check_elements(&coded, 3, three);
    infer_input escaped =
        json_input(TENSOR_BYTES, 1, (size_t[]){2}, "[\"\\\"\\\\\\u00e9]\",\"\\u0062\"]");
    check_elements(&escaped, 2, odd);
    infer_input raw = described(TENSOR_BYTES, TENSOR_RAW, "ab", 2);
    check_elements(&raw, 1, three);
}

static void refuse_elements(infer_input input, size_t count, const char *sentence)
{
    tensor_elements elements;
    input.elements = count;
    assert_int_equal(tensor_elements_read(&input, &elements), DN_ERROR_FORMAT);
    if (!strstr(dn_last_error(), sentence))
        print_error("%s\n", dn_last_error());
    assert_non_null(strstr(dn_last_error(), sentence));
    assert_null(elements.list);
}

static void byte_strings_that_lie_are_refused(void **state)
{
    (void)state;
    static const char three[] = "\2\0\0\0ab\0\0\0\0\3\0\0\0xyz";
    const infer_input binary = described(TENSOR_BYTES, TENSOR_BINARY, three, 17);
    const infer_input json = json_input(TENSOR_BYTES, 1, (size_t[]){2}, "[\"ab\",\"cd\"]");
    refuse_elements(binary, 2, "do not add up");
    refuse_elements(binary, 4, "do not add up");
    refuse_elements(described(TENSOR_BYTES, TENSOR_BINARY, three, 16), 3, "do not add up");
    refuse_elements(described(TENSOR_BYTES, TENSOR_BINARY, "\xff\xff\xff\xff", 4), 1, "do not add");
    refuse_elements(binary, 1000, "have less than the 1000 elements");
    refuse_elements(json, 1, "nested as the shape says");
    refuse_elements(json, 3, "nested as the shape says");
    refuse_elements(json, SIZE_MAX, "have less than");
    static const char *const bad[] = {"[\"ab\",12345]",   "[\"ab\",\"\xff\"]",
                                      "[\"ab\",\"\\x\"]", "[\"ab\",\"abcd]",
                                      "[\"ab\",null]",    "[\"ab\",\"\\ud800\"]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse_elements(described(TENSOR_BYTES, TENSOR_JSON, bad[i], strlen(bad[i])), 2,
                        "element 1 is not a string");
    static const char *const coded[] = {"[\"a\"]", "[\"ab-d\"]", "[\"YW==I\"]", "[\"YWI= \"]"};
    for (size_t i = 0; i < sizeof coded / sizeof *coded; i++) {
        infer_input input = described(TENSOR_BYTES, TENSOR_JSON, coded[i], strlen(coded[i]));
        input.base64 = true;
        refuse_elements(input, 1, "is not Base64");
    }
}

static void memory_that_is_missing_is_said(void **state)
{
    (void)state;
    const infer_input numbers = json_input(TENSOR_FP32, 1, (size_t[]){2}, "[1,2]");
    const infer_input strings = json_input(TENSOR_BYTES, 1, (size_t[]){1}, "[\"ab\"]");
    for (int i = 0;; i++) {
        tensor_floats floats;
        tensor_elements elements;
        fail_allocation(i);
        dn_status first = tensor_floats_read(&numbers, &floats);
        dn_status second = tensor_elements_read(&strings, &elements);
        bool failed = allocation_failed();
        fail_allocation(-1);
        tensor_floats_free(&floats);
        tensor_elements_free(&elements);
        assert_int_equal(failed, first == DN_ERROR_MEMORY || second == DN_ERROR_MEMORY);
        if (!failed)
            return;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_come_from_nested_and_flat_arrays),
                                       comma_test(numbers_have_points_in_every_locale),
                                       cmocka_unit_test(arrays_of_another_shape_are_refused),
                                       cmocka_unit_test(what_is_no_number_is_refused),
                                       cmocka_unit_test(floats_are_viewed_where_they_stand),
                                       cmocka_unit_test(other_types_are_converted),
                                       cmocka_unit_test(byte_strings_are_found),
                                       cmocka_unit_test(byte_strings_that_lie_are_refused),
                                       cmocka_unit_test(memory_that_is_missing_is_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
