/* SPDX-License-Identifier: MIT */
/* Where models come from besides files: names, memory, tensors of the caller's; and what
 * can be changed in one. */
#include "testing.h"

#include "scratch.h"
#include "sessions.h"

#include <math.h>

static dn_model *make_model(uint64_t seed)
{
    dn_arch arch;
    dn_model *model;
    assert_int_equal(dn_arch_find("densenet-bc-22-8", &arch), DN_OK);
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, seed, &model), DN_OK);
    return model;
}

static void run(const dn_model *model, float logits[10])
{
    static float picture[3 * 32 * 32];
    for (int i = 0; i < 3 * 32 * 32; i++)
        picture[i] = (float)(i % 97) / 97;
    dn_session *session = open_session(model, 1);
    assert_int_equal(dn_session_run(session, picture, 1, 32, 32, logits), DN_OK);
    dn_session_free(session);
}

static void expect_same(const dn_model *model, const dn_model *other)
{
    float expected[10], found[10];
    run(model, expected);
    run(other, found);
    assert_memory_equal(found, expected, sizeof found);
}

static void views_of(const dn_model *model, dn_tensor_view *views)
{
    int count = dn_model_tensor_count(model);
    for (int i = 0; i < count; i++)
        views[count - 1 - i] = dn_model_tensor(model, i); /* the order does not matter */
}

static void refused_argument(const dn_tensor_view *views, size_t count, const char *sentence)
{
    dn_model *made;
    assert_int_equal(dn_model_from_tensors(views, count, NULL, &made), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), sentence));
}

static void a_state_dict_of_the_callers(void **state)
{
    (void)state;
    dn_model *model = make_model(1), *made;
    const dn_load_options options = {.struct_size = sizeof options, .concat = DN_CONCAT_LAST};
    int count = dn_model_tensor_count(model);
    dn_tensor_view *views = calloc((size_t)count, sizeof *views);
    assert_non_null(views);
    views_of(model, views);
    assert_int_equal(dn_model_from_tensors(views, (size_t)count, &options, &made), DN_OK);
    assert_string_equal(dn_model_origin(made)->format, "memory");
    assert_int_equal(dn_model_arch(made)->growth, 8);
    expect_same(model, made);
    dn_model_free(made);
    views[3].shape[0]++;
    assert_int_equal(dn_model_from_tensors(views, (size_t)count, &options, &made),
                     DN_ERROR_MISMATCH);
    views_of(model, views);
    views[3].name = views[4].name;
    refused_argument(views, (size_t)count, "tensors: has two tensors named");
    views[3].data = NULL;
    refused_argument(views, (size_t)count, "has no data");
    views[3] = (dn_tensor_view){NULL, 1, {2}, views[4].data};
    refused_argument(views, (size_t)count, "tensors: number 3 has no name");
    views[3] = (dn_tensor_view){"a", 3, {-1, 2, 3}, views[4].data};
    refused_argument(views, (size_t)count, "tensors: \"a\" has -1 as dimension 0");
    views[3].rank = 99;
    refused_argument(views, (size_t)count, "tensors: \"a\" has rank 99, 0 to");
    refused_argument(views, 0, "tensors: there are none");
    free(views);
    dn_model_free(model);
}

/* Said, since the tensors may be half of what there was. */
static void a_lost_bias(void **state)
{
    (void)state;
    dn_model *model = make_model(1), *made;
    int count = dn_model_tensor_count(model);
    dn_tensor_view *views = calloc((size_t)count, sizeof *views);
    assert_non_null(views);
    views_of(model, views);
    assert_string_equal(views[0].name, "classifier.bias");
    dn_load_options options;
    dn_load_defaults(&options, sizeof options);
    options.concat = DN_CONCAT_LAST;
    assert_int_equal(dn_model_from_tensors(views + 1, (size_t)count - 1, &options, &made), DN_OK);
    assert_non_null(strstr(dn_model_warning(made), "has no bias in the file"));
    dn_model_free(made);
    free(views);
    dn_model_free(model);
}

/* Two networks under two beginnings of names: the likelier, or the one that is named. */
static void one_of_two_networks(void **state)
{
    (void)state;
    static char names[2][512][96];
    static const char *const beginnings[2] = {"teacher.", "student."};
    dn_model *models[2] = {make_model(1), make_model(2)}, *made;
    int count = dn_model_tensor_count(models[0]), next = 0;
    dn_tensor_view *views = calloc(2 * (size_t)count, sizeof *views);
    assert_true(views && count <= 512);
    for (int m = 0; m < 2; m++)
        for (int i = 0; i < count; i++) {
            dn_tensor_view view = dn_model_tensor(models[m], i);
            snprintf(names[m][i], sizeof names[m][i], "%s%s", beginnings[m], view.name);
            view.name = names[m][i];
            views[next++] = view;
        }
    dn_load_options options;
    dn_load_defaults(&options, sizeof options);
    assert_int_equal(dn_model_from_tensors(views, (size_t)next, &options, &made), DN_OK);
    assert_string_equal(dn_model_origin(made)->state, "student");
    expect_same(models[1], made);
    dn_model_free(made);
    options.state = "teacher";
    assert_int_equal(dn_model_from_tensors(views, (size_t)next, &options, &made), DN_OK);
    expect_same(models[0], made);
    dn_model_free(made);
    options.state = "headmaster";
    assert_int_equal(dn_model_from_tensors(views, (size_t)next, &options, &made),
                     DN_ERROR_MISMATCH);
    assert_non_null(strstr(dn_last_error(), "its networks: \"student\", \"teacher\""));
    free(views);
    dn_model_free(models[0]);
    dn_model_free(models[1]);
}

static void a_hubs_folder(void **state)
{
    (void)state;
    static const char config[] = "{\"architecture\": \"densenet\", \"num_classes\": 10, "
                                 "\"pretrained_cfg\": {\"input_size\": [3, 40, 40]}}";
    dn_model *model = make_model(1), *made = NULL;
    dn_preprocess preprocess;
    scratch_folder("hub");
    assert_int_equal(dn_model_load(scratch_path("hub"), NULL, &made), DN_ERROR_IO);
    assert_int_equal(dn_model_save(model, scratch_path("hub/model.safetensors"), NULL), DN_OK);
    scratch_text("hub/config.json", config);
    assert_int_equal(dn_model_load(scratch_path("hub"), NULL, &made), DN_OK);
    assert_true(dn_model_preprocess(made, &preprocess) && preprocess.crop == 40);
    assert_string_equal(dn_model_origin(made)->config, "preprocessing");
    expect_same(model, made);
    dn_model_free(made);
    dn_model_free(model);
}

static void names_and_files(void **state)
{
    (void)state;
    dn_model *model;
    char path[300];
    assert_int_equal(dn_model_load("builtin", NULL, &model), DN_OK);
    assert_int_equal(dn_model_arch(model)->classes, 10);
    assert_string_equal(dn_model_label(model, 3), "cat");
    setenv("XDG_CACHE_HOME", scratch_root, 1);
    dn_model *none;
    assert_int_equal(dn_model_load("densenet169", NULL, &none), DN_ERROR_IO);
    assert_non_null(strstr(dn_last_error(), "densenet pull densenet169"));
    scratch_folder("densenet");
    snprintf(path, sizeof path, "%s/densenet/%s", scratch_root, dn_published_weights(2)->file);
    dn_save_options options;
    dn_save_defaults(&options, sizeof options);
    assert_int_equal(dn_model_save(model, path, &options), DN_OK);
    dn_model *pulled;
    assert_int_equal(dn_model_load("densenet169", NULL, &pulled), DN_OK);
    expect_same(model, pulled);
    dn_model_free(pulled);
    dn_model_free(model);
    assert_null(dn_published_weights(17));
    assert_null(dn_published_weights(-1));
}

/* hub/OWNER/NAME in the cache, unless a file or the owner's folder is here. */
static void names_of_a_hub(void **state)
{
    (void)state;
    dn_model *model = make_model(2), *pulled;
    char path[300];
    setenv("XDG_CACHE_HOME", scratch_root, 1);
    assert_int_equal(dn_weights_path("owner/net", path, sizeof path), DN_ERROR_IO);
    assert_non_null(strstr(dn_last_error(), "densenet pull owner/net"));
    scratch_folder("densenet/hub");
    scratch_folder("densenet/hub/owner");
    scratch_folder("densenet/hub/owner/net@v1");
    assert_int_equal(
        dn_model_save(model, scratch_path("densenet/hub/owner/net@v1/model.safetensors"), NULL),
        DN_OK);
    assert_int_equal(dn_model_load("owner/net", NULL, &pulled), DN_ERROR_IO);
    assert_int_equal(dn_model_load("owner/net@v1", NULL, &pulled), DN_OK);
    expect_same(model, pulled);
    dn_model_free(pulled);
    dn_model_free(model);
    static const char *const paths[] = {"../net", "owner/..", "./net",
                                        "/owner", "a/b/c",    "owner/@v1"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        assert_int_equal(dn_weights_path(paths[i], path, sizeof path), DN_OK);
        assert_string_equal(path, paths[i]);
    }
}

static void a_tensor_may_be_set(void **state)
{
    (void)state;
    dn_model *model = make_model(2);
    float before[10], after[10], bias[10] = {0, 0, 0, 7};
    int index = dn_model_find_tensor(model, "classifier.bias");
    assert_in_range(index, 0, dn_model_tensor_count(model) - 1);
    assert_int_equal(dn_model_find_tensor(model, "classifier.gamma"), -1);
    run(model, before);
    assert_int_equal(dn_model_set_tensor(model, index, bias, 9), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "9 values for a tensor of 10"));
    assert_int_equal(dn_model_set_tensor(model, -1, bias, 10), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_model_set_tensor(model, index, bias, 10), DN_OK);
    assert_int_equal(dn_model_set_tensor(model, index, bias, 10), DN_OK);
    run(model, after);
    for (int i = 0; i < 10; i++)
        assert_near(after[i], (double)before[i] + (i == 3 ? 7 : 0), 1e-5);
    dn_model_free(model);
}

static void a_files_tensors_can_be_read(void **state)
{
    (void)state;
    dn_model *model = make_model(3);
    char path[300];
    snprintf(path, sizeof path, "%s/net.safetensors", scratch_root);
    assert_int_equal(dn_model_save(model, path, NULL), DN_OK);
    dn_tensor_file *file;
    float values[10];
    assert_int_equal(dn_tensor_file_open(path, &file), DN_OK);
    for (size_t i = 0; i < dn_tensor_file_count(file); i++)
        if (strcmp(dn_tensor_file_item(file, i).name, "classifier.bias") == 0) {
            assert_int_equal(dn_tensor_file_floats(file, i, values), DN_OK);
            int index = dn_model_find_tensor(model, "classifier.bias");
            assert_memory_equal(values, dn_model_tensor(model, index).data, sizeof values);
        }
    assert_int_equal(dn_tensor_file_floats(file, 100000, values), DN_ERROR_ARGUMENT);
    dn_tensor_file_close(file);
    dn_model_free(model);
}

static void remember(dn_log_level level, const char *sentence, void *context)
{
    assert_int_equal(level, DN_LOG_WARNING);
    snprintf(context, 200, "%s", sentence);
}

/* NaN among the weights is a doubt, no failure. */
static void doubts_are_logged(void **state)
{
    (void)state;
    dn_model *model = make_model(4), *loaded;
    char path[300], sentence[200] = "";
    float bias[10] = {NAN};
    assert_int_equal(
        dn_model_set_tensor(model, dn_model_find_tensor(model, "classifier.bias"), bias, 10),
        DN_OK);
    snprintf(path, sizeof path, "%s/nan.safetensors", scratch_root);
    assert_int_equal(dn_model_save(model, path, NULL), DN_OK);
    dn_set_log(remember, sentence);
    assert_int_equal(dn_model_load(path, NULL, &loaded), DN_OK);
    dn_set_log(NULL, NULL);
    assert_string_equal(sentence, dn_model_warning(loaded));
    dn_model_free(loaded);
    dn_model_free(model);
}

static void null_is_refused(void **state)
{
    (void)state;
    dn_model *model = make_model(5);
    dn_arch arch;
    dn_session *session = open_session(model, 1);
    dn_dataset *dataset;
    dn_trainer *trainer;
    size_t bytes;
    float values[10];
    char *text;
    const dn_status found[] = {
        dn_arch_find(NULL, &arch),
        dn_arch_find("densenet121", NULL),
        dn_arch_check(NULL),
        dn_summary(NULL, NULL, &text),
        dn_model_load(NULL, NULL, &model),
        dn_model_load("builtin", NULL, NULL),
        dn_model_read(NULL, 5, "a", NULL, &model),
        dn_model_from_tensors(NULL, 3, NULL, &model),
        dn_model_init(NULL, DN_INIT_PAPER, 1, &model),
        dn_model_save(model, NULL, NULL),
        dn_model_save(NULL, "a", NULL),
        dn_model_set_tensor(model, 0, NULL, 1),
        dn_session_create(NULL, NULL, &session),
        dn_session_create(model, NULL, NULL),
        dn_session_run(session, NULL, 1, 32, 32, values),
        dn_session_run(session, values, 1, 32, 32, NULL),
        dn_dataset_open(NULL, DN_PORTION_TRAIN, &dataset),
        dn_dataset_open_with(NULL, NULL, &dataset),
        dn_dataset_open_with("x", NULL, NULL),
        dn_dataset_check(NULL),
        dn_trainer_create(model, NULL, &trainer),
        dn_trainer_plan(dn_model_arch(model), NULL, &bytes),
        dn_weights_path(NULL, NULL, 0),
        dn_workers_create(1, NULL),
    };
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        assert_int_equal(found[i], DN_ERROR_ARGUMENT);
    dn_session_free(session);
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_dict_of_the_callers),
        cmocka_unit_test(a_lost_bias),
        scratch_test(names_and_files),
        scratch_test(names_of_a_hub),
        scratch_test(one_of_two_networks),
        scratch_test(a_hubs_folder),
        cmocka_unit_test(a_tensor_may_be_set),
        scratch_test(a_files_tensors_can_be_read),
        scratch_test(doubts_are_logged),
        cmocka_unit_test(null_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
