/* SPDX-License-Identifier: MIT */
/* Forms: every way to cut one short is damage, and reads nothing beyond it. */
#include "http/form.h"
#include "http/header_parameter.h"
#include "testing.h"

#define TYPE "multipart/form-data; boundary=x"
static const char whole[] = "before\r\n--x\r\n"
                            "Content-Disposition: form-data; name=\"one\"\r\n\r\n"
                            "text\r\n--xy\r\n\r\n--x \t\r\n"
                            "content-type: image/png\r\n"
                            "Content-Disposition: form-data;\r\n  filename=\"b.png\"\r\n\r\n"
                            "\r\n--x\r\n\r\nno head\r\n--x--";

/* The parts of the first bytes, which are moved to where what follows them is not ours. */
static form_step count_parts(size_t size, int *count)
{
    char *body = malloc(size ? size : 1);
    assert_non_null(body);
    memcpy(body, whole, size);
    form f;
    form_part part;
    form_step step;
    assert_true(form_open(&f, TYPE, body, size));
    for (*count = 0; (step = form_next(&f, &part)) == FORM_PART; ++*count)
        ;
    free(body);
    return step;
}

static void parts_in_their_order(void **state)
{
    (void)state;
    form f;
    form_part part;
    assert_true(form_open(&f, TYPE, whole, sizeof whole - 1));
    assert_int_equal(form_next(&f, &part), FORM_PART);
    assert_string_equal(part.field, "one");
    assert_false(part.has_file);
    assert_null(part.type);
    assert_int_equal(part.size, strlen("text\r\n--xy\r\n"));
    assert_memory_equal(part.bytes, "text\r\n--xy\r\n", part.size);
    assert_int_equal(form_next(&f, &part), FORM_PART);
    assert_string_equal(part.field, "");
    assert_string_equal(part.file, "b.png");
    assert_string_equal(part.type, "image/png");
    assert_int_equal(part.size, 0);
    assert_int_equal(form_next(&f, &part), FORM_PART);
    assert_int_equal(part.size, strlen("no head"));
    assert_false(part.has_file);
    assert_int_equal(form_next(&f, &part), FORM_END);
    assert_int_equal(form_next(&f, &part), FORM_END);
}

static void every_end(void **state)
{
    (void)state;
    int count;
    for (size_t size = 0; size < sizeof whole - 1; size++)
        assert_int_equal(count_parts(size, &count), FORM_DAMAGED);
    assert_int_equal(count_parts(sizeof whole - 1, &count), FORM_END);
    assert_int_equal(count, 3);
}

static void parameters(void **state)
{
    (void)state;
    char text[4];
    assert_true(header_parameter("a; b=1; C = \"2;\\\"\" ; c=3", "c", text, sizeof text));
    assert_string_equal(text, "2;\"");
    assert_true(header_parameter("a;b=12 ", "B", text, sizeof text));
    assert_string_equal(text, "12");
    assert_true(header_parameter("a; c=\"\\d", "c", text, sizeof text));
    assert_string_equal(text, "\\d");
    assert_false(header_parameter("a; c=1234", "c", text, sizeof text));
    assert_false(header_parameter("a; c=\"1234\"", "c", text, sizeof text));
    assert_false(header_parameter("c=1; cc=2; c; c*=3", "c", text, sizeof text));
    assert_true(header_parameter("a;;; c=", "c", text, sizeof text));
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_in_their_order),
        cmocka_unit_test(every_end),
        cmocka_unit_test(parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
