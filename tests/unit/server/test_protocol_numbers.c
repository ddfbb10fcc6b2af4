/* SPDX-License-Identifier: MIT */
/* Numbers of JSON become the floats that strtof finds, to the bit. */
#include "protocol/json_number.h"
#include "testing.h"

#include <math.h>

static void compare(const char *number)
{
    char text[512];
    float value;
    snprintf(text, sizeof text, "%s]", number);
    const char *after = json_number_read(text, text + strlen(text), &value);
    assert_ptr_equal(after, text + strlen(number));
    float expected = strtof(number, NULL);
    if (memcmp(&value, &expected, sizeof value) != 0)
        print_error("%s: %.9g\n", number, (double)value);
    assert_memory_equal(&value, &expected, sizeof value);
}

static void every_kind_is_read(void **state)
{
    (void)state;
    static const char *const numbers[] = {
        "0", "-0", "0.0", "-0.0e5", "1", "-1", "10", "0.1", "1e10", "1E+10", "1e-10", "1.5e3",
        "3.4028234663852886e38", "3.4028235677973366e38", "1e39", "-1e39", "1e-45", "7e-46",
        "1.1754943508222875e-38", "1e27", "1e28", "1e-27", "1e-28", "1e99999999999999999999",
        "0e99999999999999999999", "1e-99999999999999999999", "18446744073709551615",
        "18446744073709551616", "9999999999999999999", "12345678901234567890123456789",
        "0.00000000000000000000000000000000000000000001", "0.000000000000000000000000012345678901",
        /* between two floats: just at the middle, and a little beside it */
        "1.000000059604644775390625", "1.0000000596046447754", "1.00000005960464477539", "16777217",
        "16777217.0000000001", "16777216.9999999999", "33554434", "8388608.5",
        "0.5000000298023223876953125", "1.00000017881393432617187499", "8.5e-46"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        compare(numbers[i]);
}

static void any_float_is_read_back(void **state)
{
    (void)state;
    static const char *const formats[] = {"%.9g", "%.17g", "%.8g", "%.19e",
                                          "%.3f", "%.0f",  "%.25e"};
    uint64_t bits = 1;
    for (int i = 0; i < 200000; i++) {
        char text[512];
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        uint32_t high = (uint32_t)(bits >> 32);
        float value;
        memcpy(&value, &high, sizeof value);
        double between = (double)value * (1 + ldexp((double)(high & 7), -26));
        if (!isfinite(value))
            continue;
        snprintf(text, sizeof text, formats[high % 7], high & 64 ? (double)value : between);
        compare(text);
    }
}

static void what_is_none_is_not_read(void **state)
{
    (void)state;
    static const char *const none[] = {"",    "-",   "+1",  "01",   "-01", "1.", ".5",  "1e",
                                       "1e+", "NaN", "inf", "-inf", "--1", "e5", "-.5", "1.e5"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        char text[32];
        float value;
        snprintf(text, sizeof text, "%s]", none[i]);
        assert_null(json_number_read(text, text + strlen(text), &value));
    }
    static const char last[] = {'1', '2'}; /* nothing follows */
    float value;
    assert_null(json_number_read(last, last + 2, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_kind_is_read),
                                       cmocka_unit_test(any_float_is_read_back),
                                       cmocka_unit_test(what_is_none_is_not_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
