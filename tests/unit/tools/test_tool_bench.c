/* SPDX-License-Identifier: MIT */
/* What is said of a speed, below the machine's peak and above it. */
#include "testing.h"

#include "reports/bench_rows.h"

#include <unistd.h>

/* What bench_print writes, at this many operations per second of a peak of 100 GFLOP/s. */
static void print_at(double speed, char text[1000])
{
    bench_row row = {.name = "densenet121",
                     .batch = 1,
                     .height = 224,
                     .width = 224,
                     .threads = 1,
                     .runs = 1,
                     .fastest = 1,
                     .median = 1,
                     .precision = "f32",
                     .operations = speed,
                     .peak = 100e9};
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    assert_true(kept >= 0 && dup2(fileno(file), STDOUT_FILENO) >= 0);
    bench_print(&row, false, false);
    fflush(stdout);
    assert_true(dup2(kept, STDOUT_FILENO) >= 0);
    close(kept);
    rewind(file);
    text[fread(text, 1, 999, file)] = '\0';
    fclose(file);
}

static void no_share_is_above_the_whole(void **state)
{
    (void)state;
    char text[1000];
    print_at(50e9, text);
    assert_non_null(strstr(text, "50.0 GFLOP/s, 50.0% of this machine's peak of 100.0"));
    print_at(103.9e9, text);
    assert_null(strchr(text, '%'));
    assert_non_null(strstr(text, "103.9 GFLOP/s of the network's definition"));
    assert_non_null(strstr(text, "more than this machine's peak of 100.0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_share_is_above_the_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
