/* SPDX-License-Identifier: MIT */
/* Settings as text: a name, changes, and a sentence for each mistake. */
#include "testing.h"

#include "base/specification.h"

typedef struct toy {
    int size;
    bool named;
} toy;

static const char *name_at(int index)
{
    static const char *const names[] = {"large", "small", NULL};
    return names[index];
}

static const dn_setting *setting_at(int index)
{
    static const dn_setting settings[] = {{"size", "a digit"}, {"depth", "anything"}};
    return index < 2 ? &settings[index] : NULL;
}

static void begin(void *settings, int name)
{
    *(toy *)settings = (toy){.size = name ? 1 : 100, .named = true};
}

static bool set(void *settings, int setting, const char *value)
{
    toy *made = settings;
    if (setting == 0)
        made->size = value[0] - '0';
    return setting || (value[0] >= '0' && value[0] <= '9' && !value[1]);
}

static dn_specification language = {
    .subject = "toy", .name = name_at, .setting = setting_at, .begin = begin, .set = set};

static void names_and_changes(void **state)
{
    (void)state;
    toy made = {0};
    assert_int_equal(dn_specification_read(&language, "large", &made), DN_OK);
    assert_true(made.named && made.size == 100);
    assert_int_equal(dn_specification_read(&language, "large,size=3,depth=,size=4", &made), DN_OK);
    assert_true(made.named && made.size == 4);
    assert_int_equal(dn_specification_read(&language, "size=5", &made), DN_OK);
    assert_true(made.named && made.size == 5);
}

static void mistakes_get_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
        bool named;
    } cases[] = {
        {"", "toy: \"\" is neither key=value nor, in first place, one of large, small", false},
        {"huge", "toy: \"huge\" is unknown; the choices are large, small", true},
        {"size=1", "toy: \"size=1\" is unknown; the choices are large, small", true},
        {"large,size",
         "toy: \"size\" is neither key=value nor, in first place, one of large, small", false},
        {"size=x", "toy: size=x: expected a digit", false},
        {"size=1,", "toy: \"\" is neither key=value nor, in first place, one of large, small",
         false},
        {"weight=1", "toy: unknown key \"weight\"; the keys are size, depth", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        toy made = {0};
        language.named = cases[i].named;
        assert_int_equal(dn_specification_read(&language, cases[i].text, &made), DN_ERROR_ARGUMENT);
        assert_string_equal(dn_last_error(), cases[i].sentence);
    }
    language.named = false;
    char text[600];
    memset(text, ',', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(dn_specification_read(&language, text, &(toy){0}), DN_ERROR_ARGUMENT);
    assert_string_equal(dn_last_error(), "toy: the specification is too long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_changes),
        cmocka_unit_test(mistakes_get_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
