/* SPDX-License-Identifier: MIT */
/* Outputs in the order of other names, and what is left alone. */
#include "testing.h"

enum { COUNT = 3 };

static const char *const recorded[] = {"ant", "bee", "cat"};

static dn_model *new_model(const char *head, const char *const *labels)
{
    dn_arch arch = {.block_count = 1,
                    .blocks = {1},
                    .growth = 4,
                    .stem_channels = 4,
                    .bottleneck = 2,
                    .compression = 0.5,
                    .stem = DN_STEM_CIFAR,
                    .channels = 3,
                    .classes = COUNT,
                    .bn_epsilon = 1e-5};
    dn_model *model = NULL;
    if (head) {
        arch.head.parts[0] = (dn_head_part){DN_HEAD_LINEAR, 5};
        arch.head.parts[1] = (dn_head_part){DN_HEAD_LINEAR, COUNT};
        arch.head.part_count = 2;
    }
    assert_int_equal(dn_model_init(&arch, DN_INIT_PYTORCH, 3, &model), DN_OK);
    if (labels)
        assert_int_equal(dn_model_set_labels(model, labels, COUNT), DN_OK);
    assert_int_equal(dn_model_set_labels(model, (const char *[]){"a"}, 1), DN_ERROR_MISMATCH);
    assert_string_equal(dn_last_error(), "1 label for a network with 3 outputs");
    return model;
}

static void reordered(void **state)
{
    (void)state;
    static const char *const wanted[] = {"cat", "ant", "bee"};
    static const int from[] = {2, 0, 1};
    static const char *const heads[] = {NULL, "two linears"};
    for (int h = 0; h < 2; h++) {
        dn_model *model = new_model(heads[h], recorded), *same = new_model(heads[h], recorded);
        dn_label_match found = DN_LABELS_NONE;
        int count = dn_model_tensor_count(model);
        assert_int_equal(dn_model_match_labels(model, wanted, COUNT, &found), DN_OK);
        assert_int_equal(found, DN_LABELS_REORDERED);
        for (int i = 0; i < count; i++) {
            dn_tensor_view made = dn_model_tensor(model, i), had = dn_model_tensor(same, i);
            size_t row = 1, rows = (size_t)made.shape[0];
            for (int j = 1; j < made.rank; j++)
                row *= (size_t)made.shape[j];
            for (size_t j = 0; j < rows; j++) {
                size_t old = i >= count - 2 && j < COUNT ? (size_t)from[j] : j;
                assert_memory_equal(made.data + j * row, had.data + old * row, row * sizeof(float));
            }
        }
        for (int i = 0; i < COUNT; i++)
            assert_string_equal(dn_model_label(model, i), wanted[i]);
        assert_int_equal(dn_model_match_labels(model, wanted, COUNT, &found), DN_OK);
        assert_int_equal(found, DN_LABELS_SAME);
        dn_model_free(model);
        dn_model_free(same);
    }
}

static void left_alone(void **state)
{
    (void)state;
    static const char *const other[] = {"ant", "bee", "dog"}, *const twice[] = {"ant", "ant",
                                                                                "bee"};
    static const char *const untrained[] = {"ant", "bee", ""};
    static const struct {
        const char *const *labels, *const *wanted;
        dn_label_match found;
    } rows[] = {{recorded, other, DN_LABELS_OTHER},      {recorded, twice, DN_LABELS_OTHER},
                {twice, recorded, DN_LABELS_OTHER},      {twice, twice, DN_LABELS_OTHER},
                {untrained, untrained, DN_LABELS_OTHER}, {NULL, other, DN_LABELS_NONE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dn_model *model = new_model(NULL, rows[i].labels);
        const float *before = dn_model_tensor(model, dn_model_tensor_count(model) - 1).data;
        dn_label_match found = DN_LABELS_SAME;
        assert_int_equal(dn_model_match_labels(model, rows[i].wanted, COUNT, &found), DN_OK);
        assert_int_equal(found, rows[i].found);
        assert_ptr_equal(before, dn_model_tensor(model, dn_model_tensor_count(model) - 1).data);
        assert_int_equal(dn_model_match_labels(model, rows[i].wanted, 2, &found),
                         DN_ERROR_MISMATCH);
        dn_model_free(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reordered), cmocka_unit_test(left_alone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
