/* SPDX-License-Identifier: MIT */
/* ONNX files: what cannot be written is refused, every allocation may fail, the same model gives
 * the same bytes. That engines read them and agree is parity_onnx_out.py's. */
#include "weight_samples.h"

#include "allocation.h"
#include "loading/onnx/save_onnx.h"
#include "network/model.h"
#include "tensors/onnx/onnx_builder.h"

#include <sys/stat.h>

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

/* Nothing is added once something has failed. */
static void after_a_failure(void **state)
{
    (void)state;
    dn_onnx_builder *b;
    dn_onnx_shape shape = {1, {1}};
    float number = 1e6f;
    assert_int_equal(dn_onnx_create(&b), DN_OK);
    dn_onnx_floats(b, "large", DN_F16, &shape, &number);
    assert_int_equal(dn_onnx_status(b), DN_ERROR_NUMERIC);
    assert_string_equal(dn_onnx_floats(b, "one", DN_F32, &shape, &number), "");
    assert_string_equal(dn_onnx_unary(b, "Relu", "relu", "one"), "");
    dn_onnx_int(b, "axis", 1);
    dn_onnx_name_output(b, "logits");
    assert_int_equal(dn_onnx_metadata(b, "key", "text"), DN_ERROR_NUMERIC);
    assert_int_equal(dn_onnx_write(b, "net", 17, DN_ONNX_MOST_BYTES, NULL), DN_ERROR_NUMERIC);
    dn_onnx_free(b);
}

/* Some of its tensors are large enough to be moved, some are not. */
static dn_model *wide_model(void)
{
    dn_arch arch = {.name = "densenet",
                    .block_count = 2,
                    .blocks = {2, 1},
                    .growth = 12,
                    .stem_channels = 24,
                    .bottleneck = 4,
                    .compression = 0.5,
                    .stem = DN_STEM_CIFAR,
                    .channels = 3,
                    .classes = 5,
                    .bn_epsilon = 1e-5};
    dn_model *model;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    return model;
}

/* As where a network takes more than 2 GiB, which here 30,000 bytes stand for. */
static dn_status save_in_two(const dn_model *model, const char *path)
{
    const dn_onnx_options options = {.dtype = DN_F32, .opset = 17, .most_bytes = 30000};
    dn_file_writer writer;
    DN_TRY(dn_file_create(path, &writer));
    dn_status status = dn_save_onnx(model, &options, &writer);
    if (status == DN_OK)
        return dn_file_commit(&writer);
    dn_file_abandon(&writer);
    return status;
}

static void assert_reads_back(const dn_model *model, const char *path)
{
    dn_model *read;
    assert_int_equal(dn_model_load(path, NULL, &read), DN_OK);
    assert_int_equal(read->layout.count, model->layout.count);
    for (int i = 0; i < model->layout.count; i++)
        assert_memory_equal(read->tensors[i], model->tensors[i],
                            model->layout.slots[i].count * sizeof(float));
    dn_model_free(read);
}

static void two_files(void **state)
{
    (void)state;
    dn_model *model = wide_model();
    const char *path = scratch_path("net.onnx"), *beside = scratch_path("net.onnx.data");
    sample whole = sample_saved(model, "net.onnx", NULL);
    assert_int_not_equal(access(beside, F_OK), 0);
    assert_int_equal(save_in_two(model, path), DN_OK);
    sample graph = sample_read(path), data = sample_read(beside);
    assert_true(graph.size < 30000 && graph.size + data.size > whole.size);
    assert_true(holds(&graph, "net.onnx.data"));
    assert_reads_back(model, path);
    assert_int_equal(save_in_two(model, path), DN_OK);
    sample again = sample_read(beside);
    assert_int_equal(again.size, data.size);
    assert_memory_equal(again.data, data.data, data.size);
    free(whole.data);
    free(graph.data);
    free(data.data);
    free(again.data);
    dn_model_free(model);
}

/* The old file stays where the second cannot be written. */
static void second_file_refused(void **state)
{
    (void)state;
    dn_model *model = wide_model();
    const char *path = scratch_path("net.onnx"), *beside = scratch_path("net.onnx.data");
    sample whole = sample_saved(model, "net.onnx", NULL);
    assert_int_equal(mkdir(beside, 0777), 0);
    assert_int_equal(save_in_two(model, path), DN_ERROR_IO);
    assert_non_null(strstr(dn_last_error(), "net.onnx.data: is a folder"));
    sample kept = sample_read(path);
    assert_int_equal(kept.size, whole.size);
    assert_int_equal(rmdir(beside), 0);
    assert_int_equal(save_in_two(model, "/dev/null"), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "/dev/null: what is written has two files"));
    free(whole.data);
    free(kept.data);
    dn_model_free(model);
}

/* Both are there, or neither. */
static void two_files_under_stress(void **state)
{
    (void)state;
    dn_model *model = wide_model();
    const char *path = scratch_path("net.onnx"), *beside = scratch_path("net.onnx.data");
    bool failed = true;
    for (int i = 0; failed; i++) {
        fail_allocation(i);
        dn_status status = save_in_two(model, path);
        failed = allocation_failed();
        fail_allocation(-1);
        assert_int_equal(access(path, F_OK) == 0, status == DN_OK);
        assert_int_equal(access(beside, F_OK) == 0, status == DN_OK);
        unlink(path);
        unlink(beside);
        assert_true(failed || (status == DN_OK && i > 10));
    }
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {scratch_test(allocations),
                                       scratch_test(contents),
                                       scratch_test(refusals),
                                       scratch_test(after_a_failure),
                                       scratch_test(two_files),
                                       scratch_test(second_file_refused),
                                       scratch_test(two_files_under_stress)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
