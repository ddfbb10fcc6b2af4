/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "allocation.h"
#include "summary/numbers.h"

static dn_arch arch_named(const char *name)
{
    dn_arch arch;
    assert_int_equal(dn_arch_find(name, &arch), DN_OK);
    return arch;
}

static dn_summary_options sized(int batch, int channels, int height, int width)
{
    return (dn_summary_options){.struct_size = sizeof(dn_summary_options),
                                .batch = batch,
                                .channels = channels,
                                .height = height,
                                .width = width,
                                .depth = 3};
}

/* The golden table ends in a newline, the summary does not. */
static void densenet264_as_torchinfo_prints_it(void **state)
{
    (void)state;
    static char golden[1 << 16];
    FILE *file = fopen(TEST_FOLDER "/golden/densenet264_2x3x224x224.txt", "rb");
    assert_non_null(file);
    size_t size = fread(golden, 1, sizeof golden - 1, file);
    fclose(file);
    assert_true(size > 0 && golden[size - 1] == '\n');
    golden[size - 1] = '\0';

    dn_arch arch = arch_named("densenet264");
    dn_summary_options options = sized(2, 3, 224, 224);
    char *text;
    assert_int_equal(dn_summary(&arch, &options, &text), DN_OK);
    assert_string_equal(text, golden);
    dn_free(text);
}

static void numbers_as_python_formats_them(void **state)
{
    (void)state;
    char out[DN_NUMBER_SIZE];
    assert_string_equal(dn_grouped(0, out), "0");
    assert_string_equal(dn_grouped(999, out), "999");
    assert_string_equal(dn_grouped(1000, out), "1,000");
    assert_string_equal(dn_grouped(UINT64_MAX, out), "18,446,744,073,709,551,615");
    assert_string_equal(dn_fixed(0.005, false, out), "0.01");
    assert_string_equal(dn_fixed(1204.224, false, out), "1204.22");
    assert_string_equal(dn_fixed(999.999, true, out), "1,000.00");
    assert_string_equal(dn_fixed(1234567.125, true, out), "1,234,567.12");
}

static void refused(const char *name, dn_summary_options options, const char *sentence)
{
    dn_arch arch = arch_named(name);
    char *text = NULL;
    assert_int_equal(dn_summary(&arch, &options, &text), DN_ERROR_ARGUMENT);
    assert_string_equal(dn_last_error(), sentence);
    assert_null(text);
}

static void impossible_requests(void **state)
{
    (void)state;
    refused("densenet121", sized(1, 3, 28, 224),
            "input 1,3,28,224: too small, this network's pools need 29x29 or more");
    refused("densenet-40-12", sized(1, 3, 32, 3),
            "input 1,3,32,3: too small, this network's pools need 4x4 or more");
    refused("densenet121", sized(1, 1, 224, 224),
            "input 1,1,224,224: the network takes 3 channels");
    refused("densenet121", sized(-1, 3, 224, 224),
            "input -1,3,224,224: four positive sizes are expected");
    refused("densenet121", sized(1 << 30, 3, 1 << 30, 1 << 30),
            "input 1073741824,3,1073741824,1073741824: too large to count");
    refused("densenet121",
            (dn_summary_options){.struct_size = sizeof(dn_summary_options),
                                 .columns = "num_parameters"},
            "columns: \"num_parameters\" is not one of input_size, output_size, num_params, "
            "params_percent, "
            "kernel_size, mult_adds, trainable");
    refused(
        "densenet121",
        (dn_summary_options){.struct_size = sizeof(dn_summary_options), .columns = "num_params,"},
        "columns: \"\" is not one of input_size, output_size, num_params, params_percent, "
        "kernel_size, mult_adds, trainable");
    refused("densenet121",
            (dn_summary_options){.struct_size = sizeof(dn_summary_options), .columns = "mult_adds"},
            "columns: mult_adds needs an input size");
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    dn_arch arch = arch_named("densenet-40-12");
    for (int json = 0; json < 2; json++) {
        dn_summary_options options = sized(1, 3, 32, 32);
        options.json = json;
        for (int i = 0;; i++) {
            char *text = NULL;
            fail_allocation(i);
            dn_status status = dn_summary(&arch, &options, &text);
            if (!allocation_failed()) {
                assert_int_equal(status, DN_OK);
                dn_free(text);
                break;
            }
            assert_int_equal(status, DN_ERROR_MEMORY);
            assert_null(text);
        }
        fail_allocation(-1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(densenet264_as_torchinfo_prints_it),
        cmocka_unit_test(numbers_as_python_formats_them),
        cmocka_unit_test(impossible_requests),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
