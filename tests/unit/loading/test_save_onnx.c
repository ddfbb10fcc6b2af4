/* SPDX-License-Identifier: MIT */
/* ONNX files: what cannot be written is refused, every allocation may fail, the same model gives
 * the same bytes. That engines read them and agree is parity_onnx_out.py's. */
#include "weight_samples.h"

#include "allocation.h"
#include "loading/onnx/save_onnx.h"
#include "tensors/onnx/onnx_builder.h"

static dn_save_options all_options(void)
{
    dn_save_options options;
    dn_save_defaults(&options, sizeof options);
    options.fold = options.probabilities = options.preprocessing = true;
    return options;
}

static bool holds(const sample *file, const char *text)
{
    return memmem(file->data, file->size, text, strlen(text)) != NULL;
}

static dn_model *quantised_model(void)
{
    dn_model *model = sample_model();
    dn_quantiser *quantiser;
    float input[2 * 16 * 16];
    for (int i = 0; i < 2 * 16 * 16; i++)
        input[i] = (float)(i * 37 % 101) / 50 - 1;
    assert_int_equal(dn_quantiser_create(model, NULL, &quantiser), DN_OK);
    assert_int_equal(dn_quantiser_keep(quantiser, "block1.layer1"), DN_OK);
    assert_int_equal(dn_quantiser_observe(quantiser, input, 2, 16, 16), DN_OK);
    assert_int_equal(dn_quantiser_finish(quantiser), DN_OK);
    dn_quantiser_free(quantiser);
    return model;
}

static void save_under_stress(const dn_model *model, const dn_save_options *options)
{
    const char *path = scratch_path("net.onnx");
    for (int i = 0;; i++) {
        fail_allocation(i);
        dn_status status = dn_model_save(model, path, options);
        bool failed = allocation_failed();
        fail_allocation(-1);
        /* Syncing the folder may fail to get memory: the file is there all the same. */
        assert_int_equal(access(path, F_OK) == 0, status == DN_OK);
        unlink(path);
        if (!failed) {
            assert_int_equal(status, DN_OK);
            assert_true(i > 10);
            return;
        }
    }
}

static void allocations(void **state)
{
    (void)state;
    dn_model *model = sample_model(), *quantised = quantised_model();
    dn_save_options options = all_options();
    dn_model_set_objective(model, DN_OBJECTIVE_LABELS);
    assert_int_equal(dn_model_set_temperature(model, 2), DN_OK);
    save_under_stress(model, NULL);
    save_under_stress(model, &options);
    save_under_stress(quantised, NULL);
    dn_model_free(quantised);
    dn_model_free(model);
}

static void contents(void **state)
{
    (void)state;
    static const char *const expected[] = {"features.denseblock1.denselayer2.concat",
                                           "features.transition1.pool",
                                           "features.norm5.running_var",
                                           "densenet.preprocess",
                                           "\"\\\"dog\\\" \xc3\xbc\"",
                                           "logits"};
    dn_model *model = sample_model();
    sample once = sample_saved(model, "a.onnx", NULL), again = sample_saved(model, "b.onnx", NULL);
    assert_int_equal(once.size, again.size);
    assert_memory_equal(once.data, again.data, once.size);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(holds(&once, expected[i]));
    free(once.data);
    free(again.data);
    dn_model_free(model);
}

static void refused(const dn_model *model, const char *name, const dn_save_options *options,
                    const char *words)
{
    const char *path = scratch_path(name);
    assert_int_not_equal(dn_model_save(model, path, options), DN_OK);
    assert_non_null(strstr(dn_last_error(), words));
    assert_int_not_equal(access(path, F_OK), 0);
}

static void refusals(void **state)
{
    (void)state;
    dn_model *model = sample_model();
    const struct {
        dn_save_options options;
        const char *words;
    } rows[] = {
        {{.naming = "reference"}, "torchvision's names"},
        {{.dtype = "bf16"}, "f32, f16 or int8"},
        {{.dtype = "int8"}, "`densenet quantize`"},
        {{.opset = DN_ONNX_FIRST_OPSET - 1}, "13 to"},
        {{.opset = DN_ONNX_LAST_OPSET + 1}, "13 to"},
    };
    dn_save_options all = all_options(), half;
    dn_save_defaults(&half, sizeof half);
    half.dtype = "f16";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dn_save_options options = rows[i].options;
        options.struct_size = sizeof options;
        refused(model, "a.onnx", &options, rows[i].words);
    }
    refused(model, "a.pth", &all, "of .onnx files only");
    refused(model, "a.safetensors", &all, "of .onnx files only");
    model->preprocess.channels = 3;
    refused(model, "a.onnx", &all, "it makes 3 channels, but the network reads 1");
    model->has_preprocess = false;
    refused(model, "a.onnx", &all, "records none");
    model->storage[0] = 1e6f;
    refused(model, "a.onnx", &half, "too large for f16");
    dn_model_free(model);
}

/* No initialiser is made once they are too many for a file. */
static void size(void **state)
{
    (void)state;
    dn_onnx_builder *b;
    dn_onnx_shape shape = {2, {1 << 20, 1 << 10}};
    float number = 0;
    assert_int_equal(dn_onnx_create(&b), DN_OK);
    assert_string_equal(dn_onnx_floats(b, "huge", DN_F32, &shape, &number), "");
    assert_int_equal(dn_onnx_status(b), DN_ERROR_LIMIT);
    assert_non_null(strstr(dn_last_error(), "2 GiB"));
    assert_string_equal(dn_onnx_unary(b, "Relu", "relu", "huge"), "");
    dn_onnx_int(b, "axis", 1);
    dn_onnx_name_output(b, "logits");
    assert_int_equal(dn_onnx_metadata(b, "key", "text"), DN_ERROR_LIMIT);
    assert_int_equal(dn_onnx_write(b, "net", 17, NULL), DN_ERROR_LIMIT);
    dn_onnx_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {scratch_test(allocations), scratch_test(contents),
                                       scratch_test(refusals), scratch_test(size)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
