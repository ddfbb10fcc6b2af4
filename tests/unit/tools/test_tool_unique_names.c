/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "scratch.h"

#include "files/unique_names.h"

#include <limits.h>

static const char *take(unique_names *names, const char *stem)
{
    const char *taken = unique_names_take(names, stem, strlen(stem));
    assert_non_null(taken);
    return strrchr(taken, '/') + 1;
}

static void no_name_is_given_twice(void **state)
{
    (void)state;
    unique_names *names = unique_names_create(scratch_path(""));
    scratch_text("c.png", "read");
    scratch_text("e.png", "not read");
    assert_true(unique_names_avoid(names, scratch_path("c.png")));
    assert_true(unique_names_avoid(names, scratch_path("absent.png")));
    assert_string_equal(take(names, "a"), "a.png");
    assert_string_equal(take(names, "a"), "a-2.png");
    assert_string_equal(take(names, "a-2"), "a-2-2.png");
    assert_string_equal(take(names, "a"), "a-3.png");
    assert_string_equal(take(names, "c"), "c-2.png");
    assert_string_equal(take(names, "e"), "e.png");
    assert_string_equal(take(names, "absent"), "absent.png");
    unique_names_free(names);
}

static void long_names_are_cut(void **state)
{
    (void)state;
    char stem[NAME_MAX + 1];
    unique_names *names = unique_names_create(scratch_path(""));
    for (int i = 0; i < NAME_MAX - 1; i += 2)
        memcpy(stem + i, "\xc3\xa4", 2);
    stem[NAME_MAX - 1] = 'x';
    stem[NAME_MAX] = '\0';
    for (int i = 1; i <= 12; i++) {
        const char *name = take(names, stem);
        size_t length = strlen(name);
        assert_true(length <= NAME_MAX && length > NAME_MAX - 4);
        assert_string_equal(name + length - 4, ".png");
        assert_true((unsigned char)name[length - (i > 9 ? 8 : i > 1 ? 7 : 5)] == 0xa4);
    }
    unique_names_free(names);
}

/* In no more than a second. */
static void many_equal_names(void **state)
{
    (void)state;
    unique_names *names = unique_names_create("/nowhere");
    for (int i = 1; i < 20000; i++)
        take(names, "same");
    assert_string_equal(take(names, "same"), "same-20000.png");
    unique_names_free(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {scratch_test(no_name_is_given_twice),
                                       scratch_test(long_names_are_cut),
                                       scratch_test(many_equal_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
