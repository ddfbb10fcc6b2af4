/* SPDX-License-Identifier: MIT */
/* Every allocation of reading and writing fails once: an error each time, and
 * nothing that a leak checker would find. */
#include "weight_samples.h"

#include "allocation.h"
#include "network/head.h"
#include "tensors/zip/zip_write.h"

#include <jansson.h>

/* jansson reports lack of memory as faulty text, and when it lengthens a string
 * it even continues without the next letter. */
static void read_under_stress(const sample *file, bool with_jansson)
{
    dn_model *loaded = NULL;
    int failures = 0;
    for (int i = 0;; i++) {
        fail_allocation(i);
        dn_status status = dn_model_read(file->data, file->size, "file", NULL, &loaded);
        bool failed = allocation_failed();
        fail_allocation(-1);
        if (!failed) {
            assert_int_equal(status, DN_OK);
            break;
        }
        if (!with_jansson)
            assert_int_equal(status, DN_ERROR_MEMORY);
        else if (status == DN_OK)
            dn_model_free(loaded);
        failures++;
    }
    assert_true(failures > 20);
    dn_model_free(loaded);
}

static void read_all(bool with_jansson)
{
    dn_model *model = sample_model();
    sample zip = sample_saved(model, "a.pth", "torchvision");
    sample files[] = {zip, sample_legacy(model, &zip),
                      sample_saved(model, "a.safetensors", "torchvision"),
                      sample_saved(model, "b.safetensors", "reference")};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        read_under_stress(&files[i], with_jansson);
        free(files[i].data);
    }
    dn_model_free(model);
}

static void reading(void **state)
{
    (void)state;
    read_all(false);
}

/* Last, since jansson cannot be told to go back to its own allocations. */
static void *json_malloc(size_t size)
{
    return malloc(size);
}

static void json_free(void *memory)
{
    free(memory);
}

static void reading_with_jansson(void **state)
{
    (void)state;
    json_set_alloc_funcs(json_malloc, json_free);
    read_all(true);
}

/* Names that say nothing go through structure matching. */
static void reading_unknown_names(void **state)
{
    (void)state;
    dn_model *model = sample_model();
    sample file = sample_saved(model, "a.pth", "torchvision");
    for (size_t i = 1; i + 6 < file.size; i++) {
        if (file.data[i - 1] == '-') /* the metadata's "cifar-norm" stays */
            continue;
        if (memcmp(file.data + i, "norm", 4) == 0 || memcmp(file.data + i, "conv", 4) == 0)
            memcpy(file.data + i, file.data[i] == 'n' ? "aaaa" : "bbbb", 4);
    }
    read_under_stress(&file, false);
    free(file.data);
    dn_model_free(model);
}

/* The model of the caller's tensors, once no allocation fails. */
static dn_model *made_under_stress(const dn_tensor_view *views, int count)
{
    dn_model *made = NULL;
    for (int i = 0;; i++) {
        fail_allocation(i);
        dn_status status = dn_model_from_tensors(views, (size_t)count, NULL, &made);
        bool failed = allocation_failed();
        fail_allocation(-1);
        if (!failed) {
            assert_int_equal(status, DN_OK);
            assert_true(i > 20);
            return made;
        }
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
}

/* A pruned stem, and a bias in the first layer. */
static void reading_in_parts(void **state)
{
    (void)state;
    dn_model *model = sample_model();
    int count = dn_model_tensor_count(model);
    dn_tensor_view views[64];
    assert_true(count + 2 <= 64);
    for (int i = 0; i < count; i++)
        views[i] = dn_model_tensor(model, i);
    views[count] = views[0];
    views[0].name = "features.conv0.weight_orig";
    views[count].name = "features.conv0.weight_mask";
    static const float bias[4] = {1, 2, 3, 4};
    views[count + 1] =
        (dn_tensor_view){"features.denseblock1.denselayer1.conv1.bias", 1, {4}, bias};
    dn_model *made = made_under_stress(views, count + 2);
    assert_string_equal(dn_model_origin(made)->derived,
                        "pruning masks were applied; biases of convolutions were subtracted from "
                        "running means");
    const float *kernel = dn_model_tensor(made, 0).data;
    int mean = dn_model_find_tensor(made, "features.denseblock1.denselayer1.norm2.running_mean");
    const float *means = dn_model_tensor(made, mean).data;
    assert_true(kernel[3] == views[count].data[3] * views[count].data[3]);
    assert_true(means[0] == -1 && means[3] == -4);
    dn_model_free(made);
    dn_model_free(model);
}

/* As likely as each other, which is said. */
static void reading_one_of_two(void **state)
{
    (void)state;
    dn_model *model = sample_model();
    int count = dn_model_tensor_count(model);
    dn_tensor_view views[128];
    char names[128][80];
    assert_true(2 * count <= 128);
    for (int i = 0; i < 2 * count; i++) {
        views[i] = dn_model_tensor(model, i % count);
        snprintf(names[i], sizeof names[i], "%s.%s", i < count ? "a" : "b", views[i].name);
        views[i].name = names[i];
    }
    dn_model *made = made_under_stress(views, 2 * count);
    assert_non_null(strstr(dn_model_warning(made), "is that of \"a\"; as likely: \"b\""));
    dn_model_free(made);
    dn_model_free(model);
}

/* A head of several parts, with metadata and, its key damaged, without. */
static void reading_heads(void **state)
{
    (void)state;
    dn_model *model, *sampled = sample_model();
    dn_arch arch = *dn_model_arch(sampled);
    assert_true(
        dn_head_parse("max+mean,norm,linear=5,relu,linear-no-bias=3", &arch.head, &arch.classes));
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    sample file = sample_saved(model, "a.pth", "torchvision");
    read_under_stress(&file, false);
    for (size_t i = 0; i + 12 < file.size; i++)
        if (memcmp(file.data + i, "densenet.head", 12) == 0)
            file.data[i] = 'D';
    read_under_stress(&file, false);
    free(file.data);
    dn_model_free(model);
    dn_model_free(sampled);
}

/* The archive of a MONAI bundle with these weights. */
static sample bundle_of(const sample *weights)
{
    static const char json[] =
        "{\"network_data_format\": {\"outputs\": {\"pred\": {\"channel_def\": "
        "{\"0\": \"a\", \"1\": \"b\", \"2\": \"c\"}}}}}";
    const char *path = scratch_path("bundle.zip");
    dn_file_writer writer;
    assert_int_equal(dn_file_create(path, &writer), DN_OK);
    dn_zip_writer zip = {.file = &writer};
    assert_int_equal(dn_zip_add(&zip, "net/configs/metadata.json", json, sizeof json - 1), DN_OK);
    assert_int_equal(dn_zip_add(&zip, "net/models/model.pt", weights->data, weights->size), DN_OK);
    assert_int_equal(dn_zip_finish(&zip, DN_OK), DN_OK);
    assert_int_equal(dn_file_commit(&writer), DN_OK);
    sample made = sample_read(path);
    unlink(path);
    return made;
}

/* Its own labels come first, with its metadata damaged the bundle's. */
static void reading_bundles(void **state)
{
    (void)state;
    dn_model *model = sample_model(), *loaded;
    sample file = sample_saved(model, "a.pth", "torchvision");
    for (size_t i = 0; i + 15 < file.size; i++)
        if (memcmp(file.data + i, "densenet.labels", 15) == 0)
            file.data[i] = 'D';
    sample bundle = bundle_of(&file);
    read_under_stress(&bundle, true);
    assert_int_equal(dn_model_read(bundle.data, bundle.size, "net.zip", NULL, &loaded), DN_OK);
    assert_string_equal(dn_model_label(loaded, 2), "c");
    dn_model_free(loaded);
    free(bundle.data);
    free(file.data);
    dn_model_free(model);
}

static void writing(void **state)
{
    (void)state;
    static const char *const names[] = {"a.pth", "a.safetensors"};
    static const dn_save_options options[] = {
        {.struct_size = sizeof *options, .naming = "reference", .dtype = "f16"},
        {.struct_size = sizeof *options}};
    dn_model *model = sample_model();
    for (int n = 0; n < 4; n++) {
        const char *path = scratch_path(names[n % 2]);
        for (int i = 0;; i++) {
            fail_allocation(i);
            dn_status status = dn_model_save(model, path, &options[n / 2]);
            bool failed = allocation_failed();
            fail_allocation(-1);
            if (!failed)
                break;
            /* Syncing the folder may fail to get memory: the file is there all the same. */
            assert_int_equal(access(path, F_OK) == 0, status == DN_OK);
            unlink(path);
        }
        assert_int_equal(access(path, F_OK), 0);
        unlink(path);
    }
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(reading),
        scratch_test(reading_unknown_names),
        scratch_test(reading_in_parts),
        scratch_test(reading_one_of_two),
        scratch_test(reading_heads),
        scratch_test(writing),
        scratch_test(reading_with_jansson),
        scratch_test(reading_bundles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
