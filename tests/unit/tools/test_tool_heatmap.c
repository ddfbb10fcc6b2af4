/* SPDX-License-Identifier: MIT */
/* Where on a picture a heat map lies, and its colours. */
#include "scratch.h"

#include "drawing/drawing.h"
#include "drawing/heatmap.h"
#include "sessions.h"

static void place(const char *pipeline, int width, int height, const double expected[4])
{
    dn_arch arch;
    dn_model *model;
    dn_preprocess preprocess;
    dn_image image = {.width = width, .height = height, .channels = 1, .depth = 8};
    heatmap map;
    static float input[3 * 32 * 32], logits[10];
    assert_int_equal(dn_arch_find("densenet-bc-10-4", &arch), DN_OK);
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    dn_session *session = open_session(model, 1);
    assert_int_equal(dn_session_run(session, input, 1, 32, 32, logits), DN_OK);
    assert_int_equal(dn_preprocess_parse(pipeline, &preprocess), DN_OK);
    assert_true(heatmap_create(session, 0, 0, &preprocess, &image, &map));
    assert_near(map.left, expected[0], 1e-9);
    assert_near(map.top, expected[1], 1e-9);
    assert_near(map.right, expected[2], 1e-9);
    assert_near(map.bottom, expected[3], 1e-9);
    heatmap_free(&map);
    dn_session_free(session);
    dn_model_free(model);
}

static void maps_lie_where_the_network_looked(void **state)
{
    (void)state;
    place("none", 40, 20, (double[]){0, 0, 40, 20});
    place("none,crop=32", 40, 50, (double[]){4, 9, 36, 41});
    place("none,resize=64,crop=32", 40, 20, (double[]){15, 5, 25, 15});
    place("xrv", 40, 20, (double[]){10, 0, 30, 20});
    place("none,resize=16x64", 40, 20, (double[]){0, 0, 40, 20});
    place("none,crop=10x20", 40, 20, (double[]){10, 5, 30, 15});
    place("none,resize=40x160,crop=20x120", 40, 20, (double[]){5, 5, 35, 15});
    place("xrv,resize=20,crop=10", 40, 20, (double[]){15, 5, 25, 15});
    place("none,resize=20x20,fit=cover,crop=10x20", 40, 20, (double[]){10, 5, 30, 15});
    place("none,resize=20x20,fit=inside,crop=20x20", 40, 20, (double[]){0, -10, 40, 30});
    /* Padded, on two sides or all around. */
    place("none,crop=32", 40, 20, (double[]){4, -6, 36, 26});
    place("none,crop=32", 8, 8, (double[]){-12, -12, 20, 20});
}

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
    const heatmap map = {evidence, 1, 1, 10, 0, 30, 20, 0.5, true};
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(maps_lie_where_the_network_looked),
                                       cmocka_unit_test(colours_have_a_scale),
                                       scratch_test(what_cannot_be_drawn_is_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
