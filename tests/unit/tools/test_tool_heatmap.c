/* SPDX-License-Identifier: MIT */
/* A heat map over a picture. */
#include "scratch.h"

#include "drawing/drawing.h"
#include "drawing/heatmap.h"

static void pixel(cairo_surface_t *surface, int x, int y, int rgb[3])
{
    const unsigned char *row = cairo_image_surface_get_data(surface) +
                               (ptrdiff_t)y * cairo_image_surface_get_stride(surface);
    uint32_t packed = ((const uint32_t *)(const void *)row)[x];
    for (int i = 0; i < 3; i++)
        rgb[i] = (int)(packed >> 8 * (2 - i) & 255);
}

/* Red is a share of the scale, not of the map itself; what was not seen is dark and outlined. */
static void colours_have_a_scale(void **state)
{
    (void)state;
    static unsigned char pixels[40 * 20];
    float evidence[] = {0.5f};
    memset(pixels, 128, sizeof pixels);
    const dn_image image = {.width = 40, .height = 20, .channels = 1, .depth = 8, .pixels = pixels};
    const dn_heat_map map = {evidence, 1, 1, 10, 0, 30, 20, 0.5, true};
    cairo_surface_t *plain = picture_surface(&image);
    cairo_surface_t *own = heatmap_draw(&map, plain, 0.5), *shared = heatmap_draw(&map, plain, 50);
    cairo_surface_t *none = heatmap_draw(&map, plain, 0);
    int strong[3], weak[3], dark[3], edge[3], grey[3];
    pixel(own, 20, 10, strong);
    pixel(shared, 20, 10, weak);
    pixel(own, 5, 10, dark);
    pixel(own, 10, 10, edge);
    pixel(none, 20, 10, grey);
    assert_true(strong[0] > strong[2] + 80);
    assert_true(weak[0] < weak[2] + 10);
    assert_true(dark[0] < 60 && dark[0] == dark[1]);
    assert_true(edge[0] == 255 && edge[2] == 255);
    assert_true(grey[0] > 120 && grey[0] == grey[2]);
    cairo_surface_destroy(none);
    cairo_surface_destroy(shared);
    cairo_surface_destroy(own);
    cairo_surface_destroy(plain);
}

/* A picture that cannot be drawn is called by the name of its file, and leaves none. */
static void what_cannot_be_drawn_is_named(void **state)
{
    (void)state;
    char said[256] = "";
    const char *path = scratch_path("map.png");
    FILE *messages = tmpfile();
    cairo_surface_t *impossible = cairo_image_surface_create(CAIRO_FORMAT_RGB24, -1, -1);
    int kept = dup(STDERR_FILENO);
    assert_true(messages && kept >= 0 && dup2(fileno(messages), STDERR_FILENO) >= 0);
    bool written = surface_write(impossible, path);
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(messages);
    assert_non_null(fgets(said, sizeof said, messages));
    fclose(messages);
    cairo_surface_destroy(impossible);
    assert_false(written);
    assert_non_null(strstr(said, path));
    assert_int_equal(rmdir(scratch_root), 0); /* nothing is left */
    assert_int_equal(mkdir(scratch_root, 0777), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(colours_have_a_scale),
                                       scratch_test(what_cannot_be_drawn_is_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
