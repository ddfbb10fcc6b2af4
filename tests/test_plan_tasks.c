/* SPDX-License-Identifier: MIT */
/* How steps are cut: enough tasks for many cores, with one picture; for few
 * cores the same number each. */
#include "testing.h"

#include "net/session.h"

static dn_plan *plan_for(int threads, dn_packed **packed)
{
    dn_arch arch;
    dn_model *model;
    dn_plan *plan;
    assert_int_equal(dn_arch_find("densenet121", &arch), DN_OK);
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    assert_int_equal(dn_packed_create(model, dn_kernels_best(), threads, packed), DN_OK);
    assert_int_equal(dn_plan_create(model, *packed, threads, 1, 224, 224, false, &plan), DN_OK);
    dn_model_free(model);
    return plan;
}

static int convolution_tasks(const dn_step *step)
{
    bool convolves = step->kind == DN_STEP_CONV || step->kind == DN_STEP_POINTWISE ||
                     step->kind == DN_STEP_WINOGRAD;
    return convolves ? step->tasks : 0;
}

/* Four 4x4 tiles, or 49 pixels of 32 outputs, are all that the last block has;
 * a tile of fewer pixels than four takes as long as one of four. */
static void one_picture_occupies_64_cores(void **state)
{
    (void)state;
    dn_packed *packed;
    dn_plan *plan = plan_for(64, &packed);
    for (int i = 0; i < plan->step_count; i++) {
        const dn_step *step = &plan->steps[i];
        int tasks = convolution_tasks(step), pixels = dn_grid_pixels(&step->made);
        if (tasks && step->kind == DN_STEP_POINTWISE && pixels >= 49)
            assert_true(tasks >= 48);
        else if (tasks && pixels >= 28 * 28)
            assert_true(tasks >= 48);
        else if (tasks && pixels >= 49)
            assert_true(tasks >= 13);
    }
    dn_plan_free(plan);
    dn_packed_free(packed);
}

static void two_threads_get_equal_work(void **state)
{
    (void)state;
    dn_packed *packed;
    dn_plan *plan = plan_for(2, &packed);
    for (int i = 0; i < plan->step_count; i++)
        assert_int_equal(convolution_tasks(&plan->steps[i]) % 2, 0);
    dn_plan_free(plan);
    dn_packed_free(packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_picture_occupies_64_cores),
        cmocka_unit_test(two_threads_get_equal_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
