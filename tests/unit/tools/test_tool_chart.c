/* SPDX-License-Identifier: MIT */
/* A curve is as thick on the edges of its plot as elsewhere in it. */
#include "testing.h"

#include "drawing/chart_plane.h"

/* How much ink a level line of this value leaves in the column in the middle. */
static int ink_of(double value)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 120, 120);
    chart_plane plane = {.context = cairo_create(surface),
                         .left = 10,
                         .top = 10,
                         .right = 110,
                         .bottom = 110,
                         .x = {0, 1, 0, 1, 2},
                         .y = {0, 1, 0, 1, 2}};
    const double x[] = {0, 1}, y[] = {value, value};
    const chart_series series = {.x = x, .y = y, .count = 2, .width = 4};
    cairo_set_source_rgb(plane.context, 1, 1, 1);
    cairo_paint(plane.context);
    chart_draw_series(&plane, &series);
    cairo_destroy(plane.context);
    cairo_surface_flush(surface);
    const unsigned char *pixels = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface), ink = 0;
    for (int row = 0; row < 120; row++)
        ink += 255 - pixels[row * stride + 4 * 60 + 1];
    cairo_surface_destroy(surface);
    return ink;
}

static void edges_do_not_cut_a_line(void **state)
{
    (void)state;
    int middle = ink_of(0.5);
    assert_true(middle > 0);
    assert_int_equal(ink_of(1), middle);
    assert_int_equal(ink_of(0), middle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_do_not_cut_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
