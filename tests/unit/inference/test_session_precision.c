/* SPDX-License-Identifier: MIT */
/* Weights, or weights and maps, in bfloat16: answers close to those of floats, in half the
 * memory, the same bits for any number of threads, and heat maps that still add up. */
#include "testing.h"

#include "inference/session.h"
#include "sessions.h"

#include <math.h>

enum { CLASSES = 10, SIZE = 32, PICTURES = 2, VALUES = PICTURES * 3 * SIZE * SIZE };

static dn_model *make_model(const char *name)
{
    dn_arch arch;
    dn_model *model;
    assert_int_equal(dn_arch_find(name, &arch), DN_OK);
    arch.classes = CLASSES;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    return model;
}

static dn_session *run(const dn_model *model, const char *precision, int threads, float *logits)
{
    static float input[VALUES];
    for (int i = 0; i < VALUES; i++)
        input[i] = sinf((float)i);
    dn_session *session;
    dn_session_options options = session_options(threads);
    options.precision = precision;
    assert_int_equal(dn_session_create(model, &options, &session), DN_OK);
    assert_int_equal(dn_session_run(session, input, PICTURES, SIZE, SIZE, logits), DN_OK);
    return session;
}

static void check_maps(dn_session *session, const dn_model *model, const float *logits,
                       double largest)
{
    float map[SIZE * SIZE];
    const float *bias = dn_model_tensor(model, dn_model_find_tensor(model, "classifier.bias")).data;
    int height, width;
    for (int output = 0; output < CLASSES; output++) {
        double sum = 0;
        assert_int_equal(dn_session_cam(session, 0, output, map, &height, &width), DN_OK);
        for (int i = 0; i < height * width; i++)
            sum += (double)map[i];
        assert_near(sum / (height * width) + (double)bias[output], (double)logits[output],
                    1e-5 * largest);
    }
}

static void check(const char *name, const char *precision, double tolerance)
{
    float exact[PICTURES * CLASSES], found[PICTURES * CLASSES], again[PICTURES * CLASSES];
    dn_model *model = make_model(name);
    dn_session *floats = run(model, "f32", 1, exact);
    dn_session *halves = run(model, precision, 1, found);
    dn_session *threads = run(model, precision, 3, again);
    double largest = 0, error = 0;
    for (int i = 0; i < PICTURES * CLASSES; i++) {
        largest = fmax(largest, fabs((double)exact[i]));
        error = fmax(error, fabs((double)exact[i] - (double)found[i]));
    }
    assert_memory_equal(again, found, sizeof found);
    assert_true(error > 0 && error < tolerance * largest);
    assert_true((double)dn_prepared_bytes(halves->prepared) <
                0.62 * (double)dn_prepared_bytes(floats->prepared));
    check_maps(halves, model, found, largest);
    dn_session_free(floats);
    dn_session_free(halves);
    dn_session_free(threads);
    dn_model_free(model);
}

static void halves_are_close(void **state)
{
    (void)state;
    static const char *const names[] = {"densenet-bc-22-24", "densenet-22-12", "densenet121"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        check(names[i], "bf16-weights", 0.02);
        check(names[i], "bf16", 0.03);
    }
}

static void precisions_do_not_share(void **state)
{
    (void)state;
    float logits[PICTURES * CLASSES];
    dn_model *model = make_model("densenet-bc-22-8");
    dn_session *first = run(model, "bf16-weights", 1, logits), *second;
    dn_session_options options = session_options(1);
    options.share = first;
    assert_int_equal(dn_session_create(model, &options, &second), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "another precision"));
    options.precision = "bf16-weights";
    assert_int_equal(dn_session_create(model, &options, &second), DN_OK);
    dn_session_free(second);
    dn_session_free(first);
    dn_model_free(model);
}

static void plain_c_has_floats_only(void **state)
{
    (void)state;
    dn_model *model = make_model("densenet-bc-22-8");
    dn_session_options options = session_options(1);
    dn_session *session;
    const dn_kernels *chosen = dn_kernels_best();
    options.precision = "bf16";
    dn_kernels_choose(&dn_kernels_reference);
    assert_int_equal(dn_session_create(model, &options, &session), DN_ERROR_ARGUMENT);
    dn_kernels_choose(chosen);
    assert_non_null(strstr(dn_last_error(), "the reference kernels do not compute it"));
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_are_close),
        cmocka_unit_test(precisions_do_not_share),
        cmocka_unit_test(plain_c_has_floats_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
