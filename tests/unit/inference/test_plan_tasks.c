/* SPDX-License-Identifier: MIT */
/* How steps are split, with the sizes of every level: enough tasks for many cores,
 * with one picture; for few cores the same number each; each output computed once. */
#include "testing.h"

#include "inference/session.h"
#include "sessions.h"

#define MANY 64

typedef struct planned {
    dn_model *model;
    dn_session *session;
    const dn_plan *plan;
} planned;

static planned plan_for(const char *name, const dn_kernels *level, int threads)
{
    dn_arch arch;
    planned p;
    assert_int_equal(dn_arch_find(name, &arch), DN_OK);
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &p.model), DN_OK);
    dn_kernels_choose(level);
    p.session = open_session(p.model, threads);
    assert_int_equal(dn_session_plan(p.session, 1, 224, 224), DN_OK);
    p.plan = p.session->plans[0];
    return p;
}

static void close_planned(planned *p)
{
    dn_session_free(p->session);
    dn_model_free(p->model);
    dn_kernels_choose(NULL);
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
    static const char *const names[] = {"densenet121", "densenet201"};
    for (int n = 0; dn_kernels_level(n / 2); n++) {
        planned p = plan_for(names[n % 2], dn_kernels_level(n / 2), MANY);
        for (int i = 0; i < p.plan->step_count; i++) {
            int most = most_tasks(&p.plan->steps[i]);
            assert_true(p.plan->steps[i].tasks >= (most < MANY ? most : MANY));
        }
        close_planned(&p);
    }
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
    for (int level = 0; dn_kernels_level(level); level++) {
        planned p = plan_for("densenet121", dn_kernels_level(level), 2);
        for (int i = 0; i < p.plan->step_count; i++)
            assert_int_equal(convolution_tasks(&p.plan->steps[i]) % 2, 0);
        close_planned(&p);
    }
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
