/* SPDX-License-Identifier: MIT */
/* What tasks leave for the statistics of a batch. */
#include "testing.h"

#include "train/engine/batch_norm.h"

static void leave_alone(const dn_statistics *op)
{
    (void)op;
}

/* A map of 4097 x 4097 pixels: more than a float can count. */
static void records_count_every_pixel(void **state)
{
    (void)state;
    const int pixels = 4097 * 4097;
    dn_gradient_kernels gradients = {.statistics = leave_alone};
    dn_kernels kernels = {.gradients = &gradients};
    float value = 0;
    dn_map_state values = {.value = &value};
    dn_maps maps = {.channels = 1, .height = 4097, .width = 4097};
    dn_engine engine = {.kernels = &kernels, .map_kernels = &kernels, .maps = &values};
    engine.graph.maps = &maps;
    const dn_node node = {.out = 1};
    _Alignas(double) float record[16 + 2 * 16];
    assert_true(sizeof record / sizeof *record >= dn_statistics_record(1));
    dn_finish_rows(&engine, &node, 0, pixels, record);
    assert_true(*dn_record_pixels(record) == pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(records_count_every_pixel)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
