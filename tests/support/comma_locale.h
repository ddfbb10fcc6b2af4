/* SPDX-License-Identifier: MIT */
/* A test in a locale with a decimal comma: one of the system's, or one that is
 * compiled for the test. */
#ifndef COMMA_LOCALE_H
#define COMMA_LOCALE_H

#include "scratch.h"

#include <locale.h>

static inline int comma_begin(void **state)
{
    char command[256];
    if (scratch_begin(state) != 0)
        return -1;
    if (setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "fr_FR.UTF-8"))
        return 0;
    snprintf(command, sizeof command, "localedef -c -i de_DE -f ISO-8859-1 %s >%s 2>&1",
             scratch_path("comma"), scratch_path("said"));
    if (system(command) == 0) {
        setenv("LOCPATH", scratch_root, 1);
        setlocale(LC_ALL, "comma");
        unsetenv("LOCPATH");
    }
    return 0;
}

static inline int comma_end(void **state)
{
    setlocale(LC_ALL, "C");
    return scratch_end(state);
}

/* Skips a test on a system that has no such locale and cannot make one. */
static inline void expect_comma(void)
{
    if (strtod("0,5", NULL) != 0.5)
        skip();
}

#define comma_test(function) cmocka_unit_test_setup_teardown(function, comma_begin, comma_end)

#endif
