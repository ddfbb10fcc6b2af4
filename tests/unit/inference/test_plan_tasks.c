/* SPDX-License-Identifier: MIT */
/* How steps are split, with the sizes of every level: enough tasks for many cores,
 * with one picture; for few cores the same number each; each output computed once. */
#include "testing.h"

#include "inference/session.h"
#include "sessions.h"

#define MANY 64

static dn_model *new_model(const char *name)
{
    dn_arch arch;
    dn_model *model;
    assert_int_equal(dn_arch_find(name, &arch), DN_OK);
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    return model;
}

/* For one picture; a session has it until it is closed. */
static dn_session *plan_for(const dn_model *model, const dn_kernels *level, int threads)
{
    dn_kernels_choose(level);
    dn_session *session = open_session(model, threads);
    assert_int_equal(dn_session_plan(session, 1, 224, 224), DN_OK);
    dn_kernels_choose(NULL);
    return session;
}

static int convolution_tasks(const dn_step *step)
{
    bool convolves = step->kind == DN_STEP_CONV || step->kind == DN_STEP_POINTWISE ||
                     step->kind == DN_STEP_WINOGRAD;
    return convolves ? step->tasks : 0;
}

/* As many tasks as units and panels, rows of the picture, or cache lines of
 * channels would give; zeroed borders and the copy of the logits do not count. */
static int most_tasks(const dn_step *step)
{
    switch (step->kind) {
    case DN_STEP_CONV:
    case DN_STEP_POINTWISE:
    case DN_STEP_WINOGRAD:
        return step->split.units * step->split.panels;
    case DN_STEP_MAX_POOL:
        return dn_grid_pixels(&step->made);
    case DN_STEP_GLOBAL_POOL:
        return dn_ceil_divide(step->made_channels, DN_POOL_RUN);
    case DN_STEP_IMPORT:
        return step->op.frame.grid.height;
    default:
        return 0;
    }
}

static void one_picture_occupies_64_cores(void **state)
{
    (void)state;
    dn_model *models[] = {new_model("densenet121"), new_model("densenet201")};
    const dn_kernels *level;
    for (int n = 0; (level = dn_kernels_level(n / 2)); n++) {
        dn_session *session = plan_for(models[n % 2], level, MANY);
        const dn_plan *plan = session->plans[0];
        for (int i = 0; i < plan->step_count; i++) {
            int most = most_tasks(&plan->steps[i]);
            assert_true(plan->steps[i].tasks >= (most < MANY ? most : MANY));
        }
        dn_session_free(session);
    }
    dn_model_free(models[0]);
    dn_model_free(models[1]);
}

static void every_output_is_in_one_task(void **state)
{
    (void)state;
    for (int units = 1; units < 40; units++)
        for (int runs = 1; runs <= units; runs++) {
            dn_work_split split = {units, runs, 7, 3};
            int owners[40][7] = {{0}};
            for (int task = 0; task < dn_split_tasks(&split); task++) {
                dn_piece piece = dn_piece_of_task(&split, task);
                assert_in_range(piece.end - piece.first, 1, dn_longest_run(&split));
                for (int unit = piece.first; unit < piece.end; unit++) {
                    assert_int_equal(dn_run_of_unit(&split, unit), task / split.groups);
                    for (int panel = piece.first_panel; panel < piece.end_panel; panel++)
                        owners[unit][panel]++;
                }
            }
            for (int i = 0; i < units * 7; i++)
                assert_int_equal(owners[i / 7][i % 7], 1);
        }
}

static void two_threads_get_equal_work(void **state)
{
    (void)state;
    dn_model *model = new_model("densenet121");
    const dn_kernels *level;
    for (int n = 0; (level = dn_kernels_level(n)); n++) {
        dn_session *session = plan_for(model, level, 2);
        const dn_plan *plan = session->plans[0];
        for (int i = 0; i < plan->step_count; i++)
            assert_int_equal(convolution_tasks(&plan->steps[i]) % 2, 0);
        dn_session_free(session);
    }
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_picture_occupies_64_cores),
        cmocka_unit_test(every_output_is_in_one_task),
        cmocka_unit_test(two_threads_get_equal_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
