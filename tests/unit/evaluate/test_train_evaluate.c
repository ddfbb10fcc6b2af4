/* SPDX-License-Identifier: MIT */
/* Evaluation: its defaults, and what it refuses. */
#include "cluster.h"
#include "encoding.h"
#include "evaluate/answered.h"
#include "scratch.h"

enum { RECORD = 3073, RECORDS = 12 };

static dn_dataset *open_records(void)
{
    static unsigned char bytes[RECORDS * RECORD];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 31 % 251);
    for (int i = 0; i < RECORDS; i++)
        bytes[i * RECORD] = (unsigned char)(i % 10);
    scratch_file("x.bin", bytes, sizeof bytes);
    dn_dataset *dataset = NULL;
    assert_int_equal(dn_dataset_open(scratch_path("x.bin"), DN_PORTION_TEST, &dataset), DN_OK);
    return dataset;
}

static dn_model *new_model(int channels)
{
    dn_arch arch = {.block_count = 1,
                    .blocks = {2},
                    .growth = 4,
                    .stem_channels = 8,
                    .compression = 1,
                    .stem = DN_STEM_CIFAR,
                    .channels = channels,
                    .classes = 10,
                    .bn_epsilon = 1e-5};
    dn_model *model = NULL;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 3, &model), DN_OK);
    return model;
}

static void without_options_the_models_own_pipeline_holds(void **state)
{
    (void)state;
    dn_dataset *dataset = open_records();
    dn_model *model = new_model(3);
    dn_evaluate_options given = {.struct_size = sizeof given, .batch = 5, .threads = 2, .size = 32};
    assert_int_equal(dn_preprocess_parse("cifar10", &given.preprocess), DN_OK);
    dn_evaluation *usual, *other;
    if (dn_evaluate(model, dataset, NULL, &usual) != DN_OK)
        fail_msg("%s", dn_last_error());
    assert_int_equal(dn_evaluate(model, dataset, &given, &other), DN_OK);
    assert_int_equal(usual->samples, RECORDS);
    assert_near(usual->loss, other->loss, 1e-9);
    dn_evaluation_free(usual);
    dn_evaluation_free(other);
    dn_model_free(model);
    dn_dataset_free(dataset);
}

/* The X-ray pipeline has no crop: its square is what it resamples to. */
static void squares_without_a_crop(void **state)
{
    (void)state;
    dn_dataset *dataset = open_records();
    dn_model *model = new_model(1);
    dn_evaluate_options options = {.struct_size = sizeof options};
    assert_int_equal(dn_preprocess_parse("xrv,resize=32", &options.preprocess), DN_OK);
    dn_evaluation *evaluation;
    if (dn_evaluate(model, dataset, &options, &evaluation) != DN_OK)
        fail_msg("%s", dn_last_error());
    assert_int_equal(evaluation->samples, RECORDS);
    dn_evaluation_free(evaluation);
    dn_model_free(model);
    dn_dataset_free(dataset);
}

/* The pipeline's own rectangle, and the same one asked for. */
static void pictures_that_are_no_squares(void **state)
{
    (void)state;
    dn_dataset *dataset = open_records();
    dn_model *model = new_model(3);
    dn_evaluate_options options = {.struct_size = sizeof options};
    dn_evaluation *usual, *asked;
    assert_int_equal(dn_preprocess_parse("none,resize=24x40", &options.preprocess), DN_OK);
    if (dn_evaluate(model, dataset, &options, &usual) != DN_OK)
        fail_msg("%s", dn_last_error());
    options.size = 24;
    assert_int_not_equal(dn_evaluate(model, dataset, &options, &asked), DN_OK);
    assert_non_null(strstr(dn_last_error(),
                           "makes it 40 wide and 24 high, the batch takes 24 wide and 24 high"));
    options.width = 40;
    assert_int_equal(dn_evaluate(model, dataset, &options, &asked), DN_OK);
    assert_true(usual->samples == RECORDS && usual->loss == asked->loss);
    size_t bytes;
    assert_int_equal(dn_evaluate_plan(model, dataset, &options, &bytes), DN_OK);
    dn_evaluation_free(usual);
    dn_evaluation_free(asked);
    dn_model_free(model);
    dn_dataset_free(dataset);
}

/* ---- several processes ---- */

typedef struct evaluating {
    const dn_model *model;
    const dn_dataset *dataset;
    dn_evaluate_options options;
    dn_status status;
    dn_evaluation *evaluation;
    float logits[RECORDS * 10];
    int answered, skipped;
    int64_t done;
} evaluating;

static void keep_answers(const float *logits, int samples, int outputs, void *context)
{
    evaluating *own = context;
    memcpy(own->logits + own->answered * outputs, logits,
           (size_t)(samples * outputs) * sizeof *logits);
    own->answered += samples;
}

static void count_skipped(const char *reason, void *context)
{
    evaluating *own = context;
    own->skipped += strstr(reason, "set/") != NULL;
}

static void keep_progress(int64_t done, int64_t total, void *context)
{
    evaluating *own = context;
    assert_true(done > own->done && done <= total);
    own->done = done;
}

static void *evaluate(void *context)
{
    evaluating *own = context;
    own->options.context = own;
    own->options.answered = keep_answers;
    own->options.skipped = count_skipped;
    own->options.progress = keep_progress;
    own->status = dn_evaluate(own->model, own->dataset, &own->options, &own->evaluation);
    return NULL;
}

static void assert_same_evaluation(const evaluating *a, const evaluating *b)
{
    assert_int_equal(a->evaluation->samples, b->evaluation->samples);
    assert_int_equal(a->evaluation->skipped, b->evaluation->skipped);
    assert_int_equal(a->skipped, b->skipped);
    assert_true(a->evaluation->loss == b->evaluation->loss);
    assert_true(a->evaluation->top1 == b->evaluation->top1);
    assert_true(a->evaluation->top5 == b->evaluation->top5);
    size_t cells = (size_t)a->evaluation->outputs * (size_t)a->evaluation->outputs;
    assert_memory_equal(a->evaluation->confusion, b->evaluation->confusion,
                        cells * sizeof(uint32_t));
    assert_int_equal(a->answered, b->answered);
    assert_int_equal(a->done, b->done);
    assert_memory_equal(a->logits, b->logits, sizeof a->logits);
}

/* As many processes as there may be find to the bit what one finds. */
static void share_out(const dn_model *model, const dn_dataset *dataset, int batch)
{
    static evaluating alone, each[MOST_MEMBERS];
    static member members[MOST_MEMBERS];
    static cluster all;
    pthread_t threads[MOST_MEMBERS];
    const dn_evaluate_options options = {.struct_size = sizeof options, .batch = batch, .size = 32};
    alone = (evaluating){.model = model, .dataset = dataset, .options = options};
    evaluate(&alone);
    assert_int_equal(alone.status, DN_OK);
    for (int count = 1; count <= MOST_MEMBERS; count++) {
        cluster_open(&all, members, count);
        for (int m = 0; m < count; m++) {
            each[m] = (evaluating){.model = model, .dataset = dataset, .options = options};
            each[m].options.machines = &members[m].machines;
            assert_int_equal(pthread_create(&threads[m], NULL, evaluate, &each[m]), 0);
        }
        for (int m = 0; m < count; m++) {
            pthread_join(threads[m], NULL);
            assert_int_equal(each[m].status, DN_OK);
            assert_same_evaluation(&each[m], &alone);
            dn_evaluation_free(each[m].evaluation);
        }
        pthread_barrier_destroy(&all.barrier);
    }
    dn_evaluation_free(alone.evaluation);
}

static dn_dataset *open_two_classes(void);

static void processes_share_an_evaluation(void **state)
{
    (void)state;
    dn_dataset *records = open_records();
    dn_model *ten = new_model(3);
    for (int batch = 1; batch <= 5; batch += 2)
        share_out(ten, records, batch);
    dn_dataset *pictures = open_two_classes();
    scratch_file("set/yes/1.png", "\x89PNG", 4);
    dn_model *two;
    assert_int_equal(dn_model_replace_head(ten, 2, 1, &two), DN_OK);
    share_out(two, pictures, 1);
    dn_model_free(two);
    dn_model_free(ten);
    dn_dataset_free(pictures);
    dn_dataset_free(records);
}

/* Each other process does as this one, or one of them could not go on. */
static dn_status repeat(void *context, const void *own, size_t bytes, void *all)
{
    const int *fails = context;
    for (int m = 0; m < 3; m++)
        memcpy((char *)all + (size_t)m * bytes, own, bytes);
    if (*fails == 1)
        return dn_fail(DN_ERROR_IO, "process 2 is gone");
    if (*fails == 2) {
        dn_answered *second = (void *)((char *)all + bytes);
        second->status = DN_ERROR_MEMORY;
        snprintf(second->fault.text, sizeof second->fault.text, "out of memory over there");
    }
    return DN_OK;
}

static void a_fault_of_one_ends_all(void **state)
{
    (void)state;
    static const char *const said[] = {"process 2 is gone", "out of memory over there"};
    dn_dataset *records = open_records();
    dn_model *model = new_model(3);
    for (int fails = 1; fails <= 2; fails++) {
        const dn_machines machines = {
            .struct_size = sizeof machines, .count = 3, .context = &fails, .gather = repeat};
        const dn_evaluate_options options = {
            .struct_size = sizeof options, .size = 32, .machines = &machines};
        dn_evaluation *evaluation;
        assert_int_not_equal(dn_evaluate(model, records, &options, &evaluation), DN_OK);
        assert_non_null(strstr(dn_last_error(), said[fails - 1]));
    }
    dn_model_free(model);
    dn_dataset_free(records);
}

static dn_dataset *open_two_classes(void)
{
    dn_dataset *dataset = NULL;
    for (int i = 0; i < 6; i++) {
        char name[32];
        unsigned char *pixels = draw_picture(32 + i, 32, 3);
        encoded png = encode_png(pixels, 32 + i, 32, false);
        snprintf(name, sizeof name, "set/%s/%d.png", i % 3 ? "yes" : "no", i);
        scratch_file(name, png.data, png.size);
        free(png.data);
        free(pixels);
    }
    assert_int_equal(dn_dataset_open(scratch_path("set"), DN_PORTION_TEST, &dataset), DN_OK);
    return dataset;
}

/* Two classes told apart by one output x, or by two outputs whose difference is x. */
static void one_output_for_two_classes(void **state)
{
    (void)state;
    dn_dataset *dataset = open_two_classes();
    dn_arch arch = {.block_count = 1,
                    .blocks = {1},
                    .growth = 4,
                    .stem_channels = 8,
                    .compression = 1,
                    .stem = DN_STEM_CIFAR,
                    .channels = 3,
                    .classes = 1,
                    .bn_epsilon = 1e-5};
    dn_model *one, *two;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PYTORCH, 3, &one), DN_OK);
    assert_int_equal(dn_model_replace_head(one, 2, 1, &two), DN_OK);
    int weight = dn_model_find_tensor(two, "classifier.weight"),
        bias = dn_model_find_tensor(two, "classifier.bias");
    float values[2 * 12] = {0}, biases[2] = {0.5f, 0.625f};
    memcpy(values + 12, dn_model_tensor(one, weight).data, 12 * sizeof *values);
    assert_int_equal(dn_model_set_tensor(two, weight, values, 24), DN_OK);
    assert_int_equal(dn_model_set_tensor(two, bias, biases, 2), DN_OK);
    assert_int_equal(dn_model_set_tensor(one, bias, (const float[]){0.125f}, 1), DN_OK);
    dn_evaluation *found, *expected;
    if (dn_evaluate(one, dataset, NULL, &found) != DN_OK)
        fail_msg("%s", dn_last_error());
    assert_int_equal(dn_evaluate(two, dataset, NULL, &expected), DN_OK);
    assert_int_equal(found->outputs, 2);
    assert_near(found->loss, expected->loss, 1e-6);
    assert_near(found->top1, expected->top1, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(found->confusion[i], expected->confusion[i]);
    dn_evaluation_free(found);
    dn_evaluation_free(expected);
    dn_model_free(one);
    dn_model_free(two);
    dn_dataset_free(dataset);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        int channels, threads;
        const char *pipeline;
        dn_status status;
        const char *words;
    } cases[] = {
        {3, 1, "xrv", DN_ERROR_MISMATCH, "preprocessing to 1 channel for a network that takes 3"},
        {1, 1, "cifar10", DN_ERROR_MISMATCH, "preprocessing to 3 channels for a network"},
        {3, 1, "none", DN_ERROR_ARGUMENT, "its own shape"},
        {3, -1, "cifar10", DN_ERROR_ARGUMENT, "-1 threads"},
    };
    dn_dataset *dataset = open_records();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dn_model *model = new_model(cases[i].channels);
        dn_evaluate_options options = {.struct_size = sizeof options, .threads = cases[i].threads};
        dn_evaluation *evaluation = NULL;
        assert_int_equal(dn_preprocess_parse(cases[i].pipeline, &options.preprocess), DN_OK);
        assert_int_equal(dn_evaluate(model, dataset, &options, &evaluation), cases[i].status);
        if (!strstr(dn_last_error(), cases[i].words))
            fail_msg("said \"%s\", expected \"%s\"", dn_last_error(), cases[i].words);
        assert_null(evaluation);
        dn_model_free(model);
    }
    dn_model *five;
    dn_arch arch;
    dn_evaluation *evaluation = NULL;
    dn_evaluate_options options = {.struct_size = sizeof options, .threads = 1};
    assert_int_equal(dn_arch_find("densenet-bc-10-4", &arch), DN_OK);
    arch.classes = 5;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PYTORCH, 1, &five), DN_OK);
    assert_int_equal(dn_preprocess_parse("cifar10", &options.preprocess), DN_OK);
    assert_int_equal(dn_evaluate(five, dataset, &options, &evaluation), DN_ERROR_MISMATCH);
    assert_non_null(strstr(dn_last_error(), dn_dataset_source(dataset)));
    assert_non_null(strstr(dn_last_error(), "classes, the network has 5 outputs"));
    dn_model_free(five);
    dn_dataset_free(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(without_options_the_models_own_pipeline_holds),
        scratch_test(squares_without_a_crop),
        scratch_test(pictures_that_are_no_squares),
        scratch_test(one_output_for_two_classes),
        scratch_test(refused),
        scratch_test(processes_share_an_evaluation),
        scratch_test(a_fault_of_one_ends_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
