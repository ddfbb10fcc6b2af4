/* SPDX-License-Identifier: MIT */
/* Networks in bytes: the same bits at every level of kernels, in every twin and for any number of
 * threads; close to floats; the same again from a file. */
#include "testing.h"

#include "base/random.h"
#include "inference/auto_precision.h"
#include "inference/session.h"
#include "network/model.h"
#include "sessions.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum { PICTURES = 3, CLASSES = 7, SIZE = 24 };

typedef struct example {
    dn_arch arch;
    dn_model *model, *exact;
    float *input;
    float floats[PICTURES * CLASSES]; /* logits of the exact model */
} example;

/* Any weight and bias, any recorded mean and variance. */
static void shake_norms(dn_random *random, dn_model *model)
{
    for (int i = 0; i < model->layout.count; i++) {
        const dn_slot *slot = &model->layout.slots[i];
        dn_part part = slot->key.part;
        bool variance = part == DN_PART_NORM_VARIANCE, weight = part == DN_PART_NORM_WEIGHT;
        if (!variance && !weight && part != DN_PART_NORM_BIAS && part != DN_PART_NORM_MEAN)
            continue;
        for (size_t j = 0; j < slot->count; j++)
            model->storage[slot->offset + j] =
                (variance || weight ? 0.7f : -0.3f) + 0.6f * dn_random_float(random);
    }
}

static dn_model *new_model(const dn_arch *arch)
{
    dn_random random = dn_random_seed(5, 0);
    dn_model *model;
    assert_int_equal(dn_model_init(arch, DN_INIT_PAPER, 3, &model), DN_OK);
    shake_norms(&random, model);
    return model;
}

static void run_on(const dn_model *model, const float *input, const char *precision, int threads,
                   float *logits)
{
    dn_session *session;
    dn_session_options options = session_options(threads);
    options.precision = precision;
    assert_int_equal(dn_session_create(model, &options, &session), DN_OK);
    assert_string_equal(dn_session_precision(session), precision);
    assert_int_equal(dn_session_run(session, input, PICTURES, SIZE, SIZE, logits), DN_OK);
    dn_session_free(session);
}

static void quantise(dn_model *model, const float *input, const char *kept)
{
    dn_quantiser *quantiser;
    dn_quantise_options options;
    dn_quantise_defaults(&options, sizeof options);
    options.threads = 2;
    assert_int_equal(dn_quantiser_create(model, &options, &quantiser), DN_OK);
    if (kept)
        assert_int_equal(dn_quantiser_keep(quantiser, kept), DN_OK);
    assert_int_equal(dn_quantiser_observe(quantiser, input, PICTURES, SIZE, SIZE), DN_OK);
    assert_int_equal(dn_quantiser_finish(quantiser), DN_OK);
    dn_quantiser_free(quantiser);
}

static example new_example(dn_arch arch, const char *kept)
{
    dn_random random = dn_random_seed(7, 0);
    size_t count = (size_t)(PICTURES * arch.channels * SIZE * SIZE);
    example made = {.arch = arch, .model = new_model(&arch), .exact = new_model(&arch)};
    made.input = malloc(count * sizeof *made.input);
    assert_non_null(made.input);
    for (size_t i = 0; i < count; i++)
        made.input[i] = 2 * dn_random_float(&random) - 0.7f;
    run_on(made.exact, made.input, "f32", 1, made.floats);
    quantise(made.model, made.input, kept);
    return made;
}

static void free_example(example *made)
{
    dn_model_free(made->model);
    dn_model_free(made->exact);
    free(made->input);
}

/* Relative to the spread of the logits. */
static double error_of(const float *found, const float *exact)
{
    double sum = 0, squares = 0, errors = 0, count = PICTURES * CLASSES;
    for (int i = 0; i < PICTURES * CLASSES; i++) {
        sum += (double)exact[i];
        squares += (double)exact[i] * (double)exact[i];
        errors += pow((double)found[i] - (double)exact[i], 2);
    }
    return sqrt(errors / (squares - sum * sum / count));
}

static void check_levels(const example *given, const float *expected)
{
    const dn_kernels *level;
    for (int i = 0; (level = dn_kernels_level(i)); i++) {
        float logits[PICTURES * CLASSES];
        dn_kernels_choose(level);
        run_on(given->model, given->input, "int8", 1 + i % 3, logits);
        if (memcmp(logits, expected, sizeof logits) != 0)
            fail_msg("%s, growth rate %d: other bits", level->name, given->arch.growth);
    }
    dn_kernels_choose(NULL);
}

static void check_file(const example *given, const float *expected)
{
    char path[] = "/tmp/test_session_int8_XXXXXX";
    float logits[PICTURES * CLASSES];
    dn_model *read;
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    assert_int_equal(dn_model_save(given->model, path, NULL), DN_OK);
    assert_int_equal(dn_model_load(path, NULL, &read), DN_OK);
    unlink(path);
    run_on(read, given->input, "int8", 1, logits);
    assert_memory_equal(logits, expected, sizeof logits);
    run_on(read, given->input, "f32", 1, logits);
    assert_true(error_of(logits, given->floats) < 0.1); /* rounded weights, exact maps */
    dn_model_free(read);
}

static void check(dn_arch arch, const char *kept, double most_error)
{
    example given = new_example(arch, kept);
    float logits[PICTURES * CLASSES];
    run_on(given.model, given.input, "int8", 2, logits);
    double error = error_of(logits, given.floats);
    if (!(error > 0 && error < most_error))
        fail_msg("growth rate %d: off by %.1e", arch.growth, error);
    check_levels(&given, logits);
    check_file(&given, logits);
    free_example(&given);
}

static dn_arch new_arch(dn_stem stem, int channels, int growth, int bottleneck)
{
    return (dn_arch){.block_count = 2,
                     .blocks = {2, 3},
                     .growth = growth,
                     .stem_channels = 2 * growth + 3,
                     .stem_hidden = {growth, growth + 1},
                     .bottleneck = bottleneck,
                     .compression = 0.5,
                     .stem = stem,
                     .channels = channels,
                     .classes = CLASSES,
                     .bn_epsilon = 1e-5};
}

static void every_kind_of_network(void **state)
{
    (void)state;
    check(new_arch(DN_STEM_IMAGENET, 3, 32, 4), NULL, 0.1);
    check(new_arch(DN_STEM_IMAGENET, 1, 7, 3), NULL, 0.2);
    check(new_arch(DN_STEM_CIFAR, 3, 12, 0), NULL, 0.1);
    check(new_arch(DN_STEM_CIFAR_NORM, 5, 5, 4), NULL, 0.2);
    check(new_arch(DN_STEM_DEEP, 3, 16, 2), NULL, 0.1);
    dn_arch linear = new_arch(DN_STEM_CIFAR, 3, 9, 4);
    linear.linear_transitions = true;
    linear.linear_final = true;
    check(linear, NULL, 0.2);
    check(new_arch(DN_STEM_IMAGENET, 3, 1, 1), NULL, 0.5);
}

static void some_layers_in_floats(void **state)
{
    (void)state;
    static const char *const places[] = {"stem", "block1.layer2", "transition1"};
    for (int i = 0; i < 3; i++) {
        check(new_arch(DN_STEM_IMAGENET, 3, 12, 4), places[i], 0.15);
        check(new_arch(DN_STEM_CIFAR, 3, 6, 0), places[i], 0.15);
    }
}

static void check_refused(const dn_model *model)
{
    char path[] = "/tmp/test_session_int8_XXXXXX";
    dn_model *read;
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    assert_int_equal(dn_model_save(model, path, NULL), DN_OK);
    assert_int_equal(dn_model_load(path, NULL, &read), DN_ERROR_MISMATCH);
    assert_non_null(strstr(dn_last_error(), "does not fit the maps or pictures that it reads"));
    unlink(path);
}

/* Pictures are rounded by one scale for all channels; the border of activated maps is 0. */
static void files_that_cannot_be(void **state)
{
    (void)state;
    example given = new_example(new_arch(DN_STEM_CIFAR, 3, 6, 0), NULL);
    dn_node_quantisation *nodes = given.model->quantisation->nodes;
    nodes[0].input_scale[2] *= 2;
    check_refused(given.model);
    nodes[0].input_scale[2] = nodes[0].input_scale[0];
    nodes[1].input_zero = 1;
    check_refused(given.model);
    free_example(&given);
}

static void what_cannot_be(void **state)
{
    (void)state;
    dn_arch arch = new_arch(DN_STEM_CIFAR, 3, 4, 2);
    dn_model *model = new_model(&arch);
    dn_session_options options = session_options(1);
    dn_session *session;
    dn_quantiser *quantiser;
    options.precision = "int8";
    assert_int_equal(dn_session_create(model, &options, &session), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "is not quantised"));
    assert_null(dn_model_quantisation(model));
    assert_int_equal(dn_model_set_quantisation(model, "[]"), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_quantiser_create(model, NULL, &quantiser), DN_OK);
    assert_int_equal(dn_quantiser_keep(quantiser, "block9.layer1"), DN_ERROR_ARGUMENT);
    /* Nothing tells the range of its pictures. */
    assert_int_equal(dn_quantiser_finish(quantiser), DN_ERROR_ARGUMENT);
    dn_quantiser_free(quantiser);
    dn_model_free(model);
}

/* Bytes cannot tell NaN, and would answer. */
static void numbers_that_are_none(void **state)
{
    (void)state;
    example given = new_example(new_arch(DN_STEM_CIFAR, 3, 4, 2), NULL);
    dn_session_options options = session_options(1);
    dn_session *session;
    options.precision = "int8";
    for (int i = 0; i < given.model->layout.count; i++)
        if (given.model->layout.slots[i].key.part == DN_PART_NORM_VARIANCE)
            given.model->storage[given.model->layout.slots[i].offset] = -1;
    assert_int_equal(dn_session_create(given.model, &options, &session), DN_ERROR_NUMERIC);
    assert_non_null(strstr(dn_last_error(), "holds a negative variance, as do"));
    free_example(&given);
}

/* The norms' records instead of pictures: worse, and still the network. */
static void without_pictures(void **state)
{
    (void)state;
    dn_model *model, *exact;
    float found[PICTURES * CLASSES], floats[PICTURES * CLASSES];
    dn_arch arch = new_arch(DN_STEM_CIFAR, 3, 12, 4);
    example pictures = new_example(arch, NULL);
    model = new_model(&arch);
    exact = new_model(&arch);
    dn_preprocess preprocess;
    assert_int_equal(dn_preprocess_parse("none,mean=0.4,std=0.5", &preprocess), DN_OK);
    dn_model_set_preprocess(model, &preprocess);
    dn_quantiser *quantiser;
    assert_int_equal(dn_quantiser_create(model, NULL, &quantiser), DN_OK);
    assert_int_equal(dn_quantiser_finish(quantiser), DN_OK);
    dn_quantiser_free(quantiser);
    run_on(exact, pictures.input, "f32", 1, floats);
    run_on(model, pictures.input, "int8", 1, found);
    for (int i = 0; i < PICTURES * CLASSES; i++)
        assert_true(isfinite(found[i]));
    dn_model_free(model);
    dn_model_free(exact);
    free_example(&pictures);
}

static void automatic(void **state)
{
    (void)state;
    example given = new_example(new_arch(DN_STEM_CIFAR, 3, 6, 2), NULL);
    static const struct {
        const char *record;
        bool small, halves;
    } cases[] = {
        {"{}", false, false},
        {"{\"logits_error\": 0.2}", false, false},
        {"{\"logits_error\": -0.02, \"bf16\": {\"logits_error\": -0.01}}", false, false},
        {"{\"logits_error\": 0.2, \"bf16\": {\"logits_error\": 0.01}}", false, true},
        {"{\"logits_error\": 0.02, \"bf16\": {\"logits_error\": 0.01}}", true, true},
        {"{\"bf16\": {\"logits_error\": 0.01, \"top1\": {\"f32\": 0.9, \"bf16\": 0.8}}}", false,
         false},
        {"{\"bf16\": 0.01}", false, false},
        {"{\"logits_error\": 0.02}", true, false},
        {"{\"logits_error\": 0.02, \"top1\": {\"f32\": 0.9, \"int8\": 0.897}}", true, false},
        {"{\"logits_error\": 0.02, \"top1\": {\"f32\": 0.9, \"int8\": 0.8}}", false, false},
        {"{\"logits_error\": 0.02, \"auroc\": {\"f32\": 0.9, \"int8\": null}}", false, false},
    };
    const dn_kernels *table = dn_kernels_best();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dn_session *session;
        dn_session_options options = session_options(1);
        options.precision = "auto";
        assert_int_equal(dn_model_set_quantisation(given.model, cases[i].record), DN_OK);
        assert_int_equal(dn_session_create(given.model, &options, &session), DN_OK);
        assert_string_equal(dn_session_precision(session),
                            table->bytes->fast && cases[i].small     ? "int8"
                            : table->halves->fast && cases[i].halves ? "bf16"
                                                                     : "f32");
        dn_session_free(session);
    }
    free_example(&given);
}

/* On every level, of a network that is not quantised: bytes are no choice there. */
static void automatic_halves(void **state)
{
    (void)state;
    dn_arch arch = new_arch(DN_STEM_CIFAR, 3, 6, 2);
    dn_model *model = new_model(&arch);
    const char *record = "{\"logits_error\": 0.01, \"bf16\": {\"logits_error\": 0.01}}";
    assert_int_equal(dn_model_set_quantisation(model, record), DN_OK);
    int fast = 0;
    for (int i = 0; dn_kernels_level(i); i++) {
        const dn_kernels *level = dn_kernels_level(i);
        bool pairs = level->halves->fast;
        assert_string_equal(dn_auto_precision(model, level), pairs ? "bf16" : "f32");
        fast += pairs;
    }
    assert_true(fast > 0);
    const float *weights = dn_model_tensor(model, 0).data;
    assert_int_equal(dn_model_set_tensor(model, 0, weights, model->layout.slots[0].count), DN_OK);
    assert_null(dn_model_quantisation(model)); /* it was of other weights */
    dn_model_free(model);
}

int main(void)
{
    unsetenv("DENSENET_CPU");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_network),
        cmocka_unit_test(some_layers_in_floats),
        cmocka_unit_test(files_that_cannot_be),
        cmocka_unit_test(what_cannot_be),
        cmocka_unit_test(numbers_that_are_none),
        cmocka_unit_test(without_pictures),
        cmocka_unit_test(automatic),
        cmocka_unit_test(automatic_halves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
