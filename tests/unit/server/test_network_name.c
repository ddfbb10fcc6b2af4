/* SPDX-License-Identifier: MIT */
/* Names of networks: parts of addresses, never of paths. */
#include "networks/network_name.h"
#include "testing.h"

static void names_are_no_paths(void **state)
{
    (void)state;
    char longest[NETWORK_NAME_SIZE + 1];
    memset(longest, 'a', sizeof longest);
    longest[NETWORK_NAME_SIZE] = '\0';
    static const char *const refused[] = {"",    ".",   "..",  ".hidden",
                                          "a/b", "a b", "a\n", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(network_name_is_valid(refused[i]));
    assert_false(network_name_is_valid(longest));
    longest[NETWORK_NAME_SIZE - 1] = '\0';
    assert_true(network_name_is_valid(longest));
    assert_true(network_name_is_valid("densenet121-v1.0_b"));
}

static void files_give_names(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"/a/b/net.safetensors", "net"},
        {"net.weights.h5", "net"},
        {"net.v2.pth", "net.v2"},
        {"folder/", "folder"},
        {"timm/densenet121.ra_in1k", "densenet121.ra_in1k"},
        {"/a/.hidden.pt", "_hidden"},
        {"my net (1).PTH", "my_net__1_"},
        {"/", "_"},
        {".pt", "_pt"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[NETWORK_NAME_SIZE];
        network_name_of_file(cases[i][0], name);
        assert_string_equal(name, cases[i][1]);
        assert_true(network_name_is_valid(name));
    }
}

static void weight_files_are_told_by_their_endings(void **state)
{
    (void)state;
    assert_true(network_name_is_weights("a.safetensors"));
    assert_true(network_name_is_weights("a.ONNX"));
    assert_false(network_name_is_weights("a.onnx.data"));
    assert_false(network_name_is_weights("README.md"));
    assert_false(network_name_is_weights(".pt"));
    assert_false(network_name_is_weights(".a.pt"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_are_no_paths),
                                       cmocka_unit_test(files_give_names),
                                       cmocka_unit_test(weight_files_are_told_by_their_endings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
