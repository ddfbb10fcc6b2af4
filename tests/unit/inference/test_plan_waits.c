/* SPDX-License-Identifier: MIT */
/* What a task waits for: never less than the rows it touches, and less than the
 * whole step before it. */
#include "testing.h"

#include "base/arithmetic.h"
#include "inference/session.h"
#include "sessions.h"

/* First and last row, through all images, that a task writes; counted one unit
 * at a time. */
static void rows_of_task(const dn_step *step, int task, int *first, int *last)
{
    const dn_grid *grid = &step->made;
    bool tiles = step->kind == DN_STEP_WINOGRAD;
    int side = tiles ? 4 : 1;
    int across = (grid->width + side - 1) / side, down = (grid->height + side - 1) / side;
    dn_piece piece = dn_piece_of_task(&step->split, task);
    *first = grid->images * grid->height;
    *last = -1;
    for (int unit = piece.first; unit < piece.end; unit++) {
        int image = unit / (across * down), y = unit / across % down * side;
        *first = dn_min(*first, image * grid->height + y);
        *last = dn_max(*last, image * grid->height + dn_min(y + side, grid->height) - 1);
    }
}

static int check_step(const dn_step *before, const dn_step *step)
{
    int early = 0;
    for (int task = 0; task < step->tasks; task++) {
        dn_task_range awaited = dn_tasks_awaited(before, step, task);
        int first, last, other_first, other_last;
        assert_true(awaited.first >= 0 && awaited.first < awaited.end);
        assert_true(awaited.end <= before->tasks);
        early += awaited.end - awaited.first < before->tasks;
        rows_of_task(step, task, &first, &last);
        for (int other = 0; other < before->tasks; other++) {
            rows_of_task(before, other, &other_first, &other_last);
            bool touches = other_first <= last + 1 && other_last >= first - 1;
            assert_true(!touches || (other >= awaited.first && other < awaited.end));
        }
    }
    return early;
}

static void check_plans(const dn_kernels *level)
{
    dn_arch arch;
    dn_model *model;
    dn_kernels_choose(level);
    assert_int_equal(dn_arch_find("densenet121", &arch), DN_OK);
    arch.growth = 4;
    arch.stem_channels = 5;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    static const int shapes[][4] = {{1, 1, 224, 224}, {2, 3, 130, 97}, {7, 5, 71, 200}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        int early = 0;
        dn_session *session = open_session(model, shapes[i][0]);
        assert_int_equal(dn_session_plan(session, shapes[i][1], shapes[i][2], shapes[i][3]), DN_OK);
        const dn_plan *plan = session->plans[0];
        for (int step = 1; step < plan->step_count; step++)
            if (plan->steps[step].by_rows)
                early += check_step(&plan->steps[step - 1], &plan->steps[step]);
        assert_true(early > 0);
        dn_session_free(session);
    }
    dn_model_free(model);
    dn_kernels_choose(NULL);
}

static void tasks_wait_for_the_rows_they_touch(void **state)
{
    (void)state;
    const dn_kernels *level;
    for (int i = 0; (level = dn_kernels_level(i)); i++)
        check_plans(level);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tasks_wait_for_the_rows_they_touch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
