/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "files/short_names.h"

static void assert_names(char *const *paths, size_t count, const char *const *expected)
{
    const char **names = short_names(paths, count);
    assert_non_null(names);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(names[i], expected[i]);
    free(names);
}

static void names_tell_paths_apart(void **state)
{
    (void)state;
    assert_names((char *[]){"a/x.png", "b/x.png", "b/y.png", "x.png"}, 4,
                 (const char *[]){"a/x.png", "b/x.png", "y.png", "x.png"});
    assert_names((char *[]){"/r/1/a/x", "/r/2/a/x", "/r/2/b/x"}, 3,
                 (const char *[]){"1/a/x", "2/a/x", "b/x"});
    assert_names((char *[]){"runs/a/", "runs/b//", "old/a/", "-"}, 4,
                 (const char *[]){"runs/a/", "b//", "old/a/", "-"});
    assert_names((char *[]){"a/x", "a/x"}, 2, (const char *[]){"x", "x"});
    assert_names((char *[]){"/", "", "//"}, 3, (const char *[]){"/", "", "//"});
    assert_names(NULL, 0, NULL);
}

/* In no more than seconds. */
static void many_paths_have_names(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    char **paths = calloc(MANY, sizeof *paths);
    for (int i = 0; i < MANY; i++)
        assert_true(asprintf(&paths[i], "/data/%d/same/name.png", i) > 0);
    const char **names = short_names(paths, MANY);
    assert_string_equal(names[7], "7/same/name.png");
    for (int i = 0; i < MANY; i++)
        free(paths[i]);
    free(names);
    free(paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_tell_paths_apart),
                                       cmocka_unit_test(many_paths_have_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
