/* SPDX-License-Identifier: MIT */
/* A planned run: the same bits however it is split, the inner tensors it shows,
 * and what its heat maps add up to. */
#include "testing.h"

#include "allocation.h"
#include "inference/session.h"
#include "network/layout.h"
#include "sessions.h"

#include <math.h>

static dn_arch small_arch(dn_stem stem, int bottleneck, int blocks)
{
    dn_arch arch = {
        .name = "densenet",
        .block_count = blocks,
        .growth = 5,
        .stem_channels = 11,
        .stem_hidden = {6, 9},
        .bottleneck = bottleneck,
        .compression = 0.6,
        .stem = stem,
        .channels = stem == DN_STEM_DEEP ? 1 : 3,
        .classes = 7,
        .bn_epsilon = 1e-5,
    };
    for (int b = 0; b < blocks; b++)
        arch.blocks[b] = 1 + b;
    return arch;
}

/* Random weights whose norms do something. */
static dn_model *make_model(const dn_arch *arch)
{
    dn_model *model;
    assert_int_equal(dn_model_init(arch, DN_INIT_PAPER, 3, &model), DN_OK);
    for (int i = 0; i < model->layout.count; i++) {
        const dn_slot *slot = &model->layout.slots[i];
        float *data = model->storage + slot->offset;
        for (size_t j = 0; j < slot->count; j++) {
            float wave = sinf((float)(slot->offset + j));
            if (slot->key.part == DN_PART_NORM_WEIGHT || slot->key.part == DN_PART_NORM_VARIANCE)
                data[j] = 1 + 0.4f * wave;
            else if (slot->key.part == DN_PART_NORM_BIAS || slot->key.part == DN_PART_NORM_MEAN)
                data[j] = 0.3f * wave;
        }
    }
    return model;
}

static float *make_input(const dn_arch *arch, int n, int height, int width)
{
    size_t count = (size_t)n * (size_t)arch->channels * (size_t)height * (size_t)width;
    float *input = malloc(count * sizeof *input);
    for (size_t i = 0; i < count; i++)
        input[i] = cosf((float)i * 0.37f);
    return input;
}

static void run(const dn_model *model, int threads, const float *input, int n, int height,
                int width, float *logits)
{
    dn_session *session = open_session(model, threads);
    assert_int_equal(dn_session_run(session, input, n, height, width, logits), DN_OK);
    dn_session_free(session);
}

/* Every kind of network, with every level compared with plain C in double. */
static void levels_agree_with_plain_c(void **state)
{
    (void)state;
    for (int stem = DN_STEM_IMAGENET; stem <= DN_STEM_DEEP; stem++)
        for (int bottleneck = 0; bottleneck <= 3; bottleneck += 3) {
            dn_arch arch = small_arch((dn_stem)stem, bottleneck, 3);
            dn_model *model = make_model(&arch);
            int height = 45, width = 38;
            float *input = make_input(&arch, 2, height, width), expected[14], found[14];
            dn_kernels_choose(&dn_kernels_reference);
            run(model, 1, input, 2, height, width, expected);
            for (int i = 0; dn_kernels_level(i); i++) {
                dn_kernels_choose(dn_kernels_level(i));
                run(model, 1, input, 2, height, width, found);
                for (int j = 0; j < 14; j++)
                    assert_float_equal(found[j], expected[j], 2e-5);
            }
            dn_kernels_choose(NULL);
            free(input);
            dn_model_free(model);
        }
}

/* A level is chosen once; a name of none leaves the choice to the machine. */
static void levels_are_chosen_once(void **state)
{
    (void)state;
    const char *asked = getenv("DENSENET_CPU");
    char *kept = asked ? strdup(asked) : NULL;
    unsetenv("DENSENET_CPU");
    dn_kernels_choose(NULL);
    const char *best = dn_cpu_level();
    setenv("DENSENET_CPU", "reference", 1);
    assert_string_equal(dn_cpu_level(), best);
    dn_kernels_choose(NULL);
    assert_string_equal(dn_cpu_level(), "reference");
    setenv("DENSENET_CPU", "avx3", 1);
    dn_kernels_choose(NULL);
    assert_string_equal(dn_cpu_level(), best);
    unsetenv("DENSENET_CPU");
    if (kept)
        setenv("DENSENET_CPU", kept, 1);
    free(kept);
    dn_kernels_choose(NULL);
}

/* Threads change how work is split, batches what is split. */
static void bits_do_not_depend_on_threads_or_batch(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_IMAGENET, 4, 4);
    dn_model *model = make_model(&arch);
    int size = 67, n = 5, classes = arch.classes;
    size_t picture = 3 * 67 * 67;
    float *input = make_input(&arch, n, size, size), expected[35], found[35];
    run(model, 1, input, n, size, size, expected);
    for (int threads = 2; threads <= 9; threads += 3) {
        run(model, threads, input, n, size, size, found);
        assert_memory_equal(found, expected, sizeof found);
    }
    for (int i = 0; i < n; i++)
        run(model, 2, input + (size_t)i * picture, 1, size, size, found + i * classes);
    assert_memory_equal(found, expected, sizeof found);
    free(input);
    dn_model_free(model);
}

static void count_images(const dn_feature *feature, void *context)
{
    assert_int_equal(feature->n, *(int *)context);
}

/* Large pictures go through the early blocks a few at a time, unless somebody
 * watches. */
static void batches_may_go_in_parts(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_IMAGENET, 2, 3);
    dn_model *model = make_model(&arch);
    int size = 420, n = 5;
    float *input = make_input(&arch, n, size, size), expected[35], found[35];
    for (int i = 0; i < n; i++)
        run(model, 1, input + (size_t)i * 3 * 420 * 420, 1, size, size,
            expected + i * arch.classes);
    dn_session *session = open_session(model, 3);
    assert_int_equal(dn_session_run(session, input, n, size, size, found), DN_OK);
    assert_memory_equal(found, expected, sizeof found);
    assert_true(session->plans[0]->blocks[0].images < n);
    dn_session_observe(session, count_images, &n);
    assert_int_equal(dn_session_run(session, input, n, size, size, found), DN_OK);
    assert_memory_equal(found, expected, sizeof found);
    dn_session_free(session);
    free(input);
    dn_model_free(model);
}

/* A session goes from shape to shape, and back, without a trace. */
static void shapes_may_change(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_CIFAR_NORM, 0, 2);
    dn_model *model = make_model(&arch);
    dn_session *session = open_session(model, 2);
    static const int shapes[][3] = {{2, 32, 32}, {1, 9, 50}, {3, 2, 2}, {2, 32, 32}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        int n = shapes[i][0], height = shapes[i][1], width = shapes[i][2];
        float *input = make_input(&arch, n, height, width), expected[21], found[21];
        run(model, 1, input, n, height, width, expected);
        assert_int_equal(dn_session_run(session, input, n, height, width, found), DN_OK);
        assert_memory_equal(found, expected, (size_t)(n * arch.classes) * sizeof *found);
        free(input);
    }
    dn_session_free(session);
    dn_model_free(model);
}

static void small_pictures_are_refused(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_IMAGENET, 4, 4);
    dn_model *model = make_model(&arch);
    int smallest = dn_arch_smallest_input(&arch);
    float *input = make_input(&arch, 1, 64, 64), logits[7];
    dn_session *session = open_session(model, 1);
    assert_int_equal(dn_session_run(session, input, 1, smallest, smallest, logits), DN_OK);
    assert_int_equal(dn_session_run(session, input, 1, smallest - 1, 64, logits),
                     DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "29x29"));
    assert_int_equal(dn_session_run(session, input, 0, 64, 64, logits), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_session_run(session, input, 30000, 30000, 30000, logits), DN_ERROR_LIMIT);
    free(input);
    dn_session_free(session);
    dn_model_free(model);
}

/* Small pictures take direct 3x3 weights, large ones Winograd's: once both are laid out
 * and the larger picture has its place, nothing is added. */
static void bytes_do_not_creep(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_CIFAR, 2, 2);
    dn_model *model = make_model(&arch);
    float *input = make_input(&arch, 1, 32, 32), logits[7];
    size_t bytes[6];
    dn_session *session = open_session(model, 1);
    for (int i = 0; i < 6; i++) {
        int size = i % 2 ? 4 : 32;
        assert_int_equal(dn_session_run(session, input, 1, size, size, logits), DN_OK);
        bytes[i] = dn_session_bytes(session);
    }
    assert_true(bytes[1] > bytes[0]);
    for (int i = 2; i < 6; i++)
        assert_int_equal(bytes[i], bytes[1]);
    free(input);
    dn_session_free(session);
    dn_model_free(model);
}

typedef struct seen {
    int count;
    char last[DN_NAME_SIZE];
    char names[512];
} seen;

static void remember(const dn_feature *feature, void *context)
{
    seen *s = context;
    s->count++;
    snprintf(s->last, sizeof s->last, "%s", feature->name);
    strncat(s->names, feature->name, sizeof s->names - strlen(s->names) - 1);
    strncat(s->names, " ", sizeof s->names - strlen(s->names) - 1);
    for (int i = 0; i < feature->channels; i++)
        assert_true(isfinite(feature->data[i]));
}

static void observers_see_the_inside_in_order(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_CIFAR, 2, 2);
    dn_model *model = make_model(&arch);
    float *input = make_input(&arch, 1, 8, 8), logits[7];
    seen s = {0};
    dn_session *session = open_session(model, 1);
    dn_session_observe(session, remember, &s);
    assert_int_equal(dn_session_run(session, input, 1, 8, 8, logits), DN_OK);
    assert_string_equal(s.names, "stem block1.layer1.bottleneck block1.layer1 block1 transition1 "
                                 "block2.layer1.bottleneck block2.layer1 block2.layer2.bottleneck "
                                 "block2.layer2 block2 final pool logits ");
    dn_session_observe(session, NULL, NULL);
    int before = s.count;
    assert_int_equal(dn_session_run(session, input, 1, 8, 8, logits), DN_OK);
    assert_int_equal(s.count, before);
    free(input);
    dn_session_free(session);
    dn_model_free(model);
}

static void ignore(const dn_feature *feature, void *context)
{
    (void)feature;
    (void)context;
}

/* A run that fails half-way leaves maps of two pictures. */
static void no_heat_map_of_a_failed_run(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_CIFAR, 2, 2);
    dn_model *model = make_model(&arch);
    float *input = make_input(&arch, 1, 8, 8), logits[7];
    int height, width;
    dn_session *session = open_session(model, 1);
    dn_session_observe(session, ignore, NULL);
    assert_int_equal(dn_session_run(session, input, 1, 8, 8, logits), DN_OK);
    assert_int_equal(dn_session_cam(session, 0, 0, NULL, &height, &width), DN_OK);
    assert_int_equal(dn_session_cam(session, 1, 0, NULL, &height, &width), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "the run has 1 picture and "));
    fail_allocation(0);
    assert_int_equal(dn_session_run(session, input, 1, 8, 8, logits), DN_ERROR_MEMORY);
    fail_allocation(-1);
    assert_int_equal(dn_session_cam(session, 0, 0, NULL, &height, &width), DN_ERROR_ARGUMENT);
    free(input);
    dn_session_free(session);
    dn_model_free(model);
}

/* The map of an output averages to its logit less the bias. */
static void heat_maps_add_up_to_logits(void **state)
{
    (void)state;
    dn_arch arch = small_arch(DN_STEM_CIFAR, 4, 3);
    dn_model *model = make_model(&arch);
    float *input = make_input(&arch, 2, 30, 22), logits[14], map[64];
    int height, width;
    dn_session *session = open_session(model, 2);
    assert_int_equal(dn_session_cam(session, 0, 0, NULL, &height, &width), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_session_run(session, input, 2, 30, 22, logits), DN_OK);
    dn_key key = {.role = DN_ROLE_HEAD, .part = DN_PART_LINEAR_BIAS};
    const float *bias = dn_model_find(model, &key);
    for (int image = 0; image < 2; image++)
        for (int output = 0; output < arch.classes; output++) {
            double sum = 0;
            assert_int_equal(dn_session_cam(session, image, output, map, &height, &width), DN_OK);
            assert_int_equal(height * width, 7 * 5);
            for (int i = 0; i < height * width; i++)
                sum += (double)map[i] / (height * width);
            assert_float_equal((float)sum + bias[output], logits[image * arch.classes + output],
                               1e-5f);
        }
    assert_int_equal(dn_session_cam(session, 2, 0, map, &height, &width), DN_ERROR_ARGUMENT);
    free(input);
    dn_session_free(session);
    dn_model_free(model);
}

typedef struct profile {
    int steps;
    double operations;
    char last[64];
} profile;

static void note_step(const dn_step_cost *cost, void *context)
{
    profile *noted = context;
    assert_true(cost->seconds >= 0 && cost->operations >= 0 && cost->tasks >= 1);
    assert_true(cost->kind[0] && cost->place[0]);
    noted->steps++;
    noted->operations += cost->operations;
    snprintf(noted->last, sizeof noted->last, "%s", cost->place);
}

/* Every kind of network's steps have names and costs, which add up to no less
 * than the definition asks for; NULL stops it. */
static void profilers_see_every_step(void **state)
{
    (void)state;
    for (dn_stem stem = DN_STEM_IMAGENET; stem <= DN_STEM_DEEP; stem++) {
        dn_arch arch = small_arch(stem, 2, 3);
        dn_model *model = make_model(&arch);
        float *input = make_input(&arch, 2, 64, 64), logits[14];
        profile noted = {0};
        dn_session *session = open_session(model, 2);
        dn_session_profile(session, note_step, &noted);
        assert_int_equal(dn_session_run(session, input, 2, 64, 64, logits), DN_OK);
        int steps = noted.steps;
        assert_true(steps > 10);
        assert_string_equal(noted.last, "head");
        assert_true(noted.operations > dn_arch_operations(&arch, 64, 64));
        dn_session_profile(session, NULL, NULL);
        assert_int_equal(dn_session_run(session, input, 2, 64, 64, logits), DN_OK);
        assert_int_equal(noted.steps, steps);
        dn_session_free(session);
        free(input);
        dn_model_free(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_agree_with_plain_c),
        cmocka_unit_test(levels_are_chosen_once),
        cmocka_unit_test(bits_do_not_depend_on_threads_or_batch),
        cmocka_unit_test(batches_may_go_in_parts),
        cmocka_unit_test(shapes_may_change),
        cmocka_unit_test(bytes_do_not_creep),
        cmocka_unit_test(small_pictures_are_refused),
        cmocka_unit_test(observers_see_the_inside_in_order),
        cmocka_unit_test(profilers_see_every_step),
        cmocka_unit_test(no_heat_map_of_a_failed_run),
        cmocka_unit_test(heat_maps_add_up_to_logits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
