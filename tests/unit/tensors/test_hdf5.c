/* SPDX-License-Identifier: MIT */
/* Keras' files in memory: both layouts and the zip archive, cut short, with too little memory, and
 * by several threads at once. */
#include "weight_samples.h"

#include "allocation.h"
#include "tensors/zip/zip_write.h"

#include <pthread.h>

/* A name's beginning in a file is changed, so that nothing finds it. */
static void hide(sample *file, const char *name)
{
    size_t length = strlen(name), hidden = 0;
    for (size_t i = 0; i + length < file->size; i++)
        if (memcmp(file->data + i, name, length) == 0) {
            file->data[i] = 'x';
            hidden++;
        }
    assert_true(hidden > 0);
}

static dn_model *read_sample(const sample *file)
{
    dn_model *model = NULL;
    assert_int_equal(dn_model_read(file->data, file->size, "file", NULL, &model), DN_OK);
    return model;
}

static void compare(const dn_model *a, const dn_model *b)
{
    assert_int_equal(dn_model_tensor_count(a), dn_model_tensor_count(b));
    for (int i = 0; i < dn_model_tensor_count(a); i++) {
        dn_tensor_view first = dn_model_tensor(a, i), second = dn_model_tensor(b, i);
        size_t count = 1;
        for (int d = 0; d < first.rank; d++)
            count *= (size_t)first.shape[d];
        assert_memory_equal(first.data, second.data, count * sizeof(float));
    }
}

/* With this program's metadata and, its name hidden, without. */
static void layouts(void **state)
{
    (void)state;
    static const char *const names[] = {"a.weights.h5", "a.h5"};
    dn_model *model = sample_model();
    for (int n = 0; n < 2; n++) {
        sample file = sample_saved(model, names[n], NULL);
        for (int hidden = 0; hidden < 2; hidden++) {
            dn_model *read = read_sample(&file);
            compare(model, read);
            assert_string_equal(dn_model_origin(read)->format, "hdf5");
            assert_string_equal(dn_model_origin(read)->dialect, "Keras");
            assert_string_equal(dn_model_label(read, 2) ? dn_model_label(read, 2) : "none",
                                hidden ? "none" : "\"dog\" \xc3\xbc");
            dn_model_free(read);
            if (!hidden)
                hide(&file, "densenet.json");
        }
        free(file.data);
    }
    dn_model_free(model);
}

/* The superblock says where the file ends. */
static void cut_short(void **state)
{
    (void)state;
    dn_model *model = sample_model(), *read;
    sample file = sample_saved(model, "a.h5", NULL);
    for (size_t size = 0; size < file.size; size += 509)
        assert_int_equal(dn_model_read(file.data, size, "file", NULL, &read), DN_ERROR_FORMAT);
    free(file.data);
    dn_model_free(model);
}

static sample archive(const sample *weights, const char *config)
{
    dn_file_writer writer;
    assert_int_equal(dn_file_create(scratch_path("a.keras"), &writer), DN_OK);
    dn_zip_writer zip = {.file = &writer};
    dn_status status = dn_zip_add(&zip, "config.json", config, strlen(config));
    if (status == DN_OK)
        status = dn_zip_add(&zip, "model.weights.h5", weights->data, weights->size);
    assert_int_equal(dn_zip_finish(&zip, status), DN_OK);
    assert_int_equal(dn_file_commit(&writer), DN_OK);
    return sample_read(scratch_path("a.keras"));
}

/* The configuration's convolution is another, so it is refused by its name. */
static void configured(void **state)
{
    (void)state;
    static const char config[] =
        "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"net\", \"layers\": ["
        "{\"class_name\": \"Conv2D\", \"config\": {\"name\": \"conv1_conv\", "
        "\"kernel_size\": [3, 3], \"strides\": [1, 1], \"padding\": \"same\", "
        "\"dilation_rate\": [2, 2]}}]}}";
    dn_model *model = sample_model(), *read;
    sample weights = sample_saved(model, "a.weights.h5", NULL);
    hide(&weights, "densenet.json");
    sample file = archive(&weights, config);
    assert_int_equal(dn_model_read(file.data, file.size, "file", NULL, &read), DN_ERROR_MISMATCH);
    assert_non_null(strstr(dn_last_error(), "conv1_conv"));
    free(file.data);
    free(weights.data);
    dn_model_free(model);
}

static void short_of_memory(void **state)
{
    (void)state;
    dn_model *model = sample_model();
    sample weights = sample_saved(model, "a.weights.h5", NULL);
    sample files[] = {weights, sample_saved(model, "a.h5", NULL), archive(&weights, "[]")};
    for (int f = 0; f < 3; f++) {
        for (int i = 0;; i++) {
            dn_model *read = NULL;
            fail_allocation(i);
            dn_status status = dn_model_read(files[f].data, files[f].size, "file", NULL, &read);
            bool failed = allocation_failed();
            fail_allocation(-1);
            dn_model_free(read);
            assert_int_equal(status, failed ? DN_ERROR_MEMORY : DN_OK);
            if (!failed)
                break;
        }
        free(files[f].data);
    }
    dn_model_free(model);
}

static void writing_short_of_memory(void **state)
{
    (void)state;
    dn_model *model = sample_model();
    const char *path = scratch_path("b.h5");
    for (int i = 0;; i++) {
        fail_allocation(i);
        dn_status status = dn_model_save(model, path, NULL);
        bool failed = allocation_failed();
        fail_allocation(-1);
        if (!failed)
            break;
        /* Syncing the folder may fail to get memory: the file is there all the same. */
        assert_int_equal(access(path, F_OK) == 0, status == DN_OK);
        unlink(path);
    }
    assert_int_equal(access(path, F_OK), 0);
    dn_model_free(model);
}

static void *read_often(void *file)
{
    for (int i = 0; i < 20; i++)
        dn_model_free(read_sample(file));
    return NULL;
}

static void in_threads(void **state)
{
    (void)state;
    dn_model *model = sample_model();
    sample file = sample_saved(model, "a.h5", NULL);
    pthread_t others[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&others[i], NULL, read_often, &file), 0);
    read_often(&file);
    for (int i = 0; i < 2; i++)
        pthread_join(others[i], NULL);
    free(file.data);
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(layouts),
        scratch_test(cut_short),
        scratch_test(configured),
        scratch_test(short_of_memory),
        scratch_test(writing_short_of_memory),
        scratch_test(in_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
