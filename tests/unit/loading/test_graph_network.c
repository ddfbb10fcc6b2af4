/* SPDX-License-Identifier: MIT */
/* Graphs of operators: each allocation of reading one fails in turn, and what a file says of
 * itself. */
#include "weight_samples.h"

#include "allocation.h"

static const char exported[] = TEST_FOLDER "/golden/onnx/exported.onnx";
static const char *const files[] = {exported, TEST_FOLDER "/golden/onnx/qdq.onnx",
                                    TEST_FOLDER "/golden/onnx/qoperator.onnx"};

#ifdef DN_WITHOUT_ONNX
static void refused_by_this_build(void **state)
{
    (void)state;
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        dn_model *model;
        assert_int_equal(dn_model_load(files[f], NULL, &model), DN_ERROR_FORMAT);
        assert_non_null(strstr(dn_last_error(), "DENSENET_ONNX is off"));
    }
}
#else
static void memory(void **state)
{
    (void)state;
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        dn_model *model = NULL;
        bool failed = true;
        int failures = -1;
        for (; failed; failures++) {
            fail_allocation(failures + 1);
            dn_status status = dn_model_load(files[f], NULL, &model);
            failed = allocation_failed();
            fail_allocation(-1);
            assert_int_equal(status, failed ? DN_ERROR_MEMORY : DN_OK);
        }
        assert_true(failures > 10);
        dn_model_free(model);
    }
}

static void origins(void **state)
{
    (void)state;
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        dn_model *model;
        assert_int_equal(dn_model_load(files[f], NULL, &model), DN_OK);
        const dn_origin *origin = dn_model_origin(model);
        assert_string_equal(origin->format, "ONNX");
        assert_string_equal(origin->concat, "last");
        assert_string_equal(origin->concat_from, "graph");
        assert_string_equal(origin->function, "graph");
        const dn_arch *arch = dn_model_arch(model);
        assert_int_equal(arch->block_count, 2);
        assert_int_equal(arch->blocks[0], 2);
        assert_int_equal(arch->classes, 3);
        assert_int_equal(arch->stem, DN_STEM_IMAGENET);
        assert_int_equal(dn_model_warning(model) != NULL, f > 0); /* the quantised ones */
        dn_model_free(model);
    }
}

/* Bytes in memory name no folder in which another file could be. */
static void no_sidecar_of_memory(void **state)
{
    (void)state;
    sample file = sample_read(exported);
    dn_model *model;
    assert_int_equal(dn_model_read(file.data, file.size, exported, NULL, &model), DN_ERROR_FORMAT);
    assert_non_null(strstr(dn_last_error(), "no other file is opened"));
    free(file.data);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef DN_WITHOUT_ONNX
        cmocka_unit_test(refused_by_this_build),
#else
        cmocka_unit_test(origins),
        cmocka_unit_test(no_sidecar_of_memory),
        cmocka_unit_test(memory),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
