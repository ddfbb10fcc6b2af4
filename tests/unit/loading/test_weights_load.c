/* SPDX-License-Identifier: MIT */
#include "comma_locale.h"
#include "weight_samples.h"

static void same_models(const dn_model *a, const dn_model *b)
{
    dn_preprocess first = {0}, second = {0};
    assert_int_equal(a->layout.count, b->layout.count);
    for (int i = 0; i < a->layout.count; i++)
        assert_memory_equal(a->tensors[i], b->tensors[i], a->layout.slots[i].count * sizeof(float));
    for (int i = 0; i < a->arch.classes; i++)
        assert_string_equal(dn_model_label(a, i), dn_model_label(b, i));
    assert_memory_equal(a->thresholds, b->thresholds, sizeof(float)); /* NaN has many forms */
    assert_true(dn_model_preprocess(a, &first) && dn_model_preprocess(b, &second));
    assert_string_equal(first.name, second.name);
    assert_int_equal(first.channels, second.channels);
    assert_true(a->arch.bn_epsilon == b->arch.bn_epsilon);
}

static bool lies_within(const float *tensor, const sample *file)
{
    const unsigned char *at = (const unsigned char *)tensor;
    return at >= file->data && at < file->data + file->size;
}

/* Canonical floats are used where they lie; what must be reordered is not. */
static void saved_and_loaded(void **state)
{
    (void)state;
    static const struct {
        const char *name, *naming;
        bool all_in_place;
    } files[] = {{"a.safetensors", "torchvision", true},
                 {"a.pth", "torchvision", true},
                 {"a.safetensors", "reference", false},
                 {"a.pt", "reference", false}};
    dn_model *model = sample_model(), *loaded;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        sample file = sample_saved(model, files[i].name, files[i].naming);
        assert_int_equal(dn_model_read(file.data, file.size, "a", NULL, &loaded), DN_OK);
        same_models(model, loaded);
        assert_string_equal(dn_model_origin(loaded)->dialect, files[i].naming);
        int outside = 0;
        for (int t = 0; t < loaded->layout.count; t++)
            outside += !lies_within(loaded->tensors[t], &file);
        assert_int_equal(outside == 0, files[i].all_in_place);
        assert_true(outside < loaded->layout.count);
        dn_model_free(loaded);
        free(file.data);
    }
    dn_model_free(model);
}

/* In a locale with a decimal comma, metadata still has decimal points. */
static void locales_do_not_matter(void **state)
{
    (void)state;
    expect_comma();
    dn_model *model = sample_model();
    model->arch.compression = 1.0 / 3;
    sample file = sample_saved(model, "a.safetensors", "torchvision");
    setlocale(LC_ALL, "C");
    sample same = sample_saved(model, "b.safetensors", "torchvision");
    assert_int_equal(file.size, same.size);
    assert_memory_equal(file.data, same.data, file.size);
    dn_model_free(model);
    free(file.data);
    free(same.data);
}

/* The old format has no place for metadata: labels and the like are lost. */
static void old_format(void **state)
{
    (void)state;
    dn_model *model = sample_model(), *loaded;
    sample zip = sample_saved(model, "a.pth", "torchvision"), file = sample_legacy(model, &zip);
    assert_int_equal(dn_model_read(file.data, file.size, "a", NULL, &loaded), DN_OK);
    assert_string_equal(dn_model_origin(loaded)->format, "torch legacy");
    assert_null(dn_model_label(loaded, 0));
    for (int i = 0; i < model->layout.count; i++)
        assert_memory_equal(model->tensors[i], loaded->tensors[i],
                            model->layout.slots[i].count * sizeof(float));
    dn_model_free(loaded);
    free(zip.data);
    free(file.data);
    dn_model_free(model);
}

/* Truncated at many places, including all of the first and last 600 bytes, and
 * with bytes changed: refused or read, never worse. */
static size_t next_place(size_t place, size_t size)
{
    return place < 600 || size - place < 600 ? place + 1 : place + 1 + place % 13;
}

static void maim(const sample *file)
{
    dn_model *loaded;
    for (size_t size = 0; size < file->size; size = next_place(size, file->size)) {
        unsigned char *cut = malloc(size ? size : 1); /* so that a sanitizer sees its end */
        memcpy(cut, file->data, size);
        assert_int_not_equal(dn_model_read(cut, size, "cut", NULL, &loaded), DN_OK);
        assert_non_null(strstr(dn_last_error(), "cut"));
        free(cut);
    }
    for (size_t i = 0; i < file->size; i = next_place(i, file->size)) {
        unsigned char kept = file->data[i];
        file->data[i] ^= (unsigned char)(1 + i % 255);
        if (dn_model_read(file->data, file->size, "maimed", NULL, &loaded) == DN_OK)
            dn_model_free(loaded);
        file->data[i] = kept;
    }
}

static void maimed_files(void **state)
{
    (void)state;
    dn_model *model = sample_model();
    sample zip = sample_saved(model, "a.pth", "torchvision");
    sample safetensors = sample_saved(model, "a.safetensors", "torchvision");
    sample legacy = sample_legacy(model, &zip);
    maim(&zip);
    maim(&safetensors);
    maim(&legacy);
    free(zip.data);
    free(safetensors.data);
    free(legacy.data);
    dn_model_free(model);
}

static void probabilities(void **state)
{
    (void)state;
    dn_model *model = sample_model();
    float row[] = {1, 2, 3, 1000, 1000, -1000};
    dn_model_set_objective(model, DN_OBJECTIVE_CLASSES);
    dn_model_probabilities(model, 2, row);
    assert_true(fabsf(row[0] - 0.09003057f) < 1e-7f && fabsf(row[2] - 0.66524096f) < 1e-7f);
    assert_true(row[3] == 0.5f && row[4] == 0.5f && row[5] == 0);
    dn_model_set_objective(model, DN_OBJECTIVE_LABELS);
    /* Thresholds 0.25, none, 0.125: below, without, above. */
    float logits[] = {logf(0.1f / 0.9f), 7, logf(0.5f / 0.5f)};
    dn_model_probabilities(model, 1, logits);
    assert_true(fabsf(logits[0] - 0.2f) < 1e-6f);
    assert_true(logits[1] == 0.5f);
    assert_true(fabsf(logits[2] - (1 - 0.5f / 1.75f)) < 1e-6f);
    dn_model_free(model);
}

/* Yes or no: the sigmoid, not the softmax of one number, which is 1. */
static void probability_of_one_output(void **state)
{
    (void)state;
    dn_model *model = sample_model(), *one;
    assert_int_equal(dn_model_replace_head(model, 1, 1, &one), DN_OK);
    float logits[] = {0, logf(3), -1000};
    dn_model_probabilities(one, 3, logits);
    assert_true(logits[0] == 0.5f && fabsf(logits[1] - 0.75f) < 1e-6f && logits[2] == 0);
    dn_model_free(one);
    dn_model_free(model);
}

/* The caller's word on the pool, if the classifier reads as many numbers. */
static void asked_pools(void **state)
{
    (void)state;
    static const struct {
        const char *pool;
        dn_status status;
        dn_head_pool found;
    } asked[] = {{"max", DN_OK, DN_POOL_MAX},        {"avgmax", DN_OK, DN_POOL_AVGMAX},
                 {"mean", DN_OK, DN_POOL_MEAN},      {NULL, DN_OK, DN_POOL_MEAN},
                 {"mean+max", DN_ERROR_MISMATCH, 0}, {"max+mean", DN_ERROR_MISMATCH, 0},
                 {"grid", DN_ERROR_ARGUMENT, 0},     {"", DN_ERROR_ARGUMENT, 0}};
    dn_model *model = sample_model(), *loaded;
    sample file = sample_saved(model, "a.pth", "torchvision");
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        dn_load_options options;
        dn_load_defaults(&options, sizeof options);
        options.head_pool = asked[i].pool;
        assert_int_equal(dn_model_read(file.data, file.size, "a", &options, &loaded),
                         asked[i].status);
        if (asked[i].status != DN_OK)
            continue;
        assert_int_equal(dn_model_arch(loaded)->head.pool, asked[i].found);
        dn_model_free(loaded);
    }
    free(file.data);
    dn_model_free(model);
}

static void bad_options(void **state)
{
    (void)state;
    dn_model *model = sample_model();
    dn_save_options naming = {.struct_size = sizeof naming, .naming = "keras"},
                    dtype = {.struct_size = sizeof dtype, .dtype = "f8"};
    assert_int_equal(dn_model_save(model, scratch_path("x.foo"), NULL), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "x.foo: .foo files are not written"));
    assert_int_equal(access(scratch_path("x.foo"), F_OK), -1);
    assert_int_equal(dn_model_save(model, scratch_path("v1.5"), NULL), DN_OK);
    assert_int_equal(dn_model_save(model, scratch_path("x.pth"), &naming), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_model_save(model, scratch_path("x.pth"), &dtype), DN_ERROR_ARGUMENT);
    assert_int_equal(access(scratch_path("x.pth"), F_OK), -1);
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(saved_and_loaded),
        scratch_test(old_format),
        scratch_test(maimed_files),
        scratch_test(probabilities),
        scratch_test(probability_of_one_output),
        scratch_test(bad_options),
        scratch_test(asked_pools),
        comma_test(locales_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
