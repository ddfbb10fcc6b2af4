/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "network/layout.h"

#include <limits.h>
#include <math.h>

/* REFERENCE: Huang et al., 2017, and torchvision's published counts. */
static void parameter_counts(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t parameters;
    } known[] = {
        {"densenet121", 7978856},  {"densenet169", 14149480},     {"densenet201", 20013928},
        {"densenet264", 33337704}, {"densenetblur121d", 7998088}, {"densenet264d", 72736216},
        {"densenet161", 28681000}, {"densenet-40-12", 1019722},   {"densenet-bc-100-12", 769162},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        dn_arch arch;
        assert_int_equal(dn_arch_find(known[i].name, &arch), DN_OK);
        assert_int_equal(dn_arch_parameters(&arch), known[i].parameters);
    }
}

static void unknown_names_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"",
                                        "resnet50",
                                        "densenet-41-12",
                                        "densenet-bc-100-12x",
                                        "densenet-bc-100",
                                        "densenet-40-0",
                                        "densenet-40--3"};
    dn_arch arch;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(dn_arch_find(names[i], &arch), DN_ERROR_ARGUMENT);
}

static void smallest_inputs(void **state)
{
    (void)state;
    dn_arch arch;
    assert_int_equal(dn_arch_find("densenet121", &arch), DN_OK);
    assert_int_equal(dn_arch_smallest_input(&arch), 29);
    assert_int_equal(dn_arch_find("densenet-40-12", &arch), DN_OK);
    assert_int_equal(dn_arch_smallest_input(&arch), 4);
}

/* Invalid arguments give a null result, not a crash. */
static void impossible_networks(void **state)
{
    (void)state;
    dn_arch found, arch;
    assert_int_equal(dn_arch_find("densenet121", &found), DN_OK);
    for (int i = 0; i < 4; i++) {
        arch = found;
        *(int *[]){&arch.block_count, &arch.blocks[3], &arch.growth, (int *)&arch.stem}[i] =
            i % 2 ? INT_MAX : -1;
        assert_int_equal(dn_arch_parameters(&arch), 0);
        assert_true(dn_arch_operations(&arch, 224, 224) == 0);
        assert_int_equal(dn_arch_smallest_input(&arch), 0);
        assert_non_null(strstr(dn_last_error(), "architecture: "));
    }
}

static void impossible_fractions(void **state)
{
    (void)state;
    static const double compressions[] = {0, -0.5, 1.5, (double)NAN},
                        epsilons[] = {0, 1, -1e-5, (double)NAN};
    dn_arch found, arch;
    assert_int_equal(dn_arch_find("densenet121", &found), DN_OK);
    for (int i = 0; i < 4; i++) {
        arch = found;
        arch.compression = compressions[i];
        assert_int_equal(dn_arch_parameters(&arch), 0);
        assert_non_null(strstr(dn_last_error(), "compression"));
        arch = found;
        arch.bn_epsilon = epsilons[i];
        assert_int_equal(dn_arch_parameters(&arch), 0);
        assert_non_null(strstr(dn_last_error(), "epsilon"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameter_counts),     cmocka_unit_test(unknown_names_are_refused),
        cmocka_unit_test(smallest_inputs),      cmocka_unit_test(impossible_networks),
        cmocka_unit_test(impossible_fractions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
