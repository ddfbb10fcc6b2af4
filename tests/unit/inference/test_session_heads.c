/* SPDX-License-Identifier: MIT */
/* Sessions of networks with other heads, or with none. */
#include "testing.h"

#include "allocation.h"
#include "network/head.h"

#define SIDE 24
#define PICTURES 3

static dn_model *new_model(const char *head)
{
    dn_arch arch = {.block_count = 2,
                    .blocks = {2, 1},
                    .growth = 4,
                    .stem_channels = 6,
                    .bottleneck = 2,
                    .compression = 0.5,
                    .stem = DN_STEM_CIFAR,
                    .channels = 1,
                    .bn_epsilon = 1e-5};
    dn_model *model;
    assert_true(dn_head_parse(head, &arch.head, &arch.classes));
    assert_int_equal(dn_model_init(&arch, DN_INIT_PYTORCH, 5, &model), DN_OK);
    return model;
}

static float *pictures(void)
{
    static float input[PICTURES * SIDE * SIDE];
    for (int i = 0; i < PICTURES * SIDE * SIDE; i++)
        input[i] = (float)((i * 37 + i / 5 * 11) % 101) / 50 - 1;
    return input;
}

static const char *const heads[] = {"mean,linear-no-bias=4", "mean,linear=70,relu,linear=4",
                                    "max+mean,norm,linear=5,relu,norm,linear=4",
                                    "grid=3,linear=9,norm,linear=4", "grid=1x3,linear=4"};

/* One picture at a time, and any number of threads, give the same bits. */
static void same_bits(void **state)
{
    (void)state;
    for (size_t h = 0; h < sizeof heads / sizeof *heads; h++) {
        dn_model *model = new_model(heads[h]);
        float all[PICTURES * 4], one[4];
        for (int threads = 1; threads <= 3; threads++) {
            dn_session_options options;
            dn_session *session;
            dn_session_defaults(&options, sizeof options);
            options.threads = threads;
            assert_int_equal(dn_session_create(model, &options, &session), DN_OK);
            assert_int_equal(dn_session_run(session, pictures(), PICTURES, SIDE, SIDE, all), DN_OK);
            for (int i = 0; i < PICTURES; i++) {
                assert_int_equal(
                    dn_session_run(session, pictures() + i * SIDE * SIDE, 1, SIDE, SIDE, one),
                    DN_OK);
                assert_memory_equal(one, all + 4 * i, sizeof one);
            }
            dn_session_free(session);
        }
        dn_model_free(model);
    }
}

/* A gradient-weighted map's allocations may fail. */
static void heat_maps_without_memory(void **state)
{
    (void)state;
    dn_model *model = new_model(heads[1]);
    dn_session *session;
    float logits[PICTURES * 4], map[(SIDE / 2) * (SIDE / 2)];
    int height, width, failures = 0;
    assert_false(dn_arch_cam_is_exact(dn_model_arch(model)));
    assert_int_equal(dn_session_create(model, NULL, &session), DN_OK);
    assert_int_equal(dn_session_run(session, pictures(), PICTURES, SIDE, SIDE, logits), DN_OK);
    for (bool failed = true; failed; failures += failed) {
        fail_allocation(failures);
        dn_status status = dn_session_cam(session, 2, 3, map, &height, &width);
        failed = allocation_failed();
        fail_allocation(-1);
        assert_int_equal(status, failed ? DN_ERROR_MEMORY : DN_OK);
    }
    assert_int_equal(failures, 1);
    dn_session_free(session);
    dn_model_free(model);
}

static void without_a_head(void **state)
{
    (void)state;
    dn_model *model = new_model("none");
    dn_session *session;
    int height, width;
    float map[(SIDE / 2) * (SIDE / 2)];
    assert_false(dn_arch_cam_is_exact(dn_model_arch(model)));
    assert_int_equal(dn_session_create(model, NULL, &session), DN_OK);
    assert_int_equal(dn_session_run(session, pictures(), PICTURES, SIDE, SIDE, NULL), DN_OK);
    assert_int_equal(dn_session_cam(session, 0, 0, map, &height, &width), DN_ERROR_ARGUMENT);
    dn_session_free(session);
    dn_model_free(model);
}

static void grid_of_another_picture(void **state)
{
    (void)state;
    dn_model *model = new_model(heads[3]);
    dn_session *session;
    float logits[4];
    assert_int_equal(dn_session_create(model, NULL, &session), DN_OK);
    assert_int_equal(dn_session_run(session, pictures(), 1, SIDE - 2, SIDE, logits),
                     DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "leave last maps 12 wide and 11 high"));
    assert_int_equal(dn_session_run(session, pictures(), 1, SIDE / 2, SIDE, logits),
                     DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "is known of square ones only"));
    dn_session_free(session);
    dn_model_free(model);
    model = new_model("grid=1x3,linear=4");
    assert_int_equal(dn_session_create(model, NULL, &session), DN_OK);
    assert_int_equal(dn_session_run(session, pictures(), 1, SIDE / 2, SIDE, logits), DN_OK);
    dn_session_free(session);
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bits),
        cmocka_unit_test(heat_maps_without_memory),
        cmocka_unit_test(without_a_head),
        cmocka_unit_test(grid_of_another_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
