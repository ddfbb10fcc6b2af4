/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include <string.h>

static void recipes_are_found(void **state)
{
    (void)state;
    static const char *const names[] = {"paper-cifar", "paper-imagenet", "finetune", "xray"};
    static const char *const epochs[] = {"300", "90", "10", "10"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const dn_recipe_setting *settings;
        int count;
        assert_int_equal(dn_recipe_find(names[i], &settings, &count), DN_OK);
        assert_true(count > 3);
        assert_string_equal(settings[0].option, "epochs");
        assert_string_equal(settings[0].value, epochs[i]);
    }
}

static void others_are_refused(void **state)
{
    (void)state;
    const dn_recipe_setting *settings;
    int count;
    assert_int_equal(dn_recipe_find("luck", &settings, &count), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "luck: unknown recipe"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recipes_are_found),
        cmocka_unit_test(others_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
