/* SPDX-License-Identifier: MIT */
/* Where on a picture a heat map lies, and its colours. */
#include "allocation.h"
#include "testing.h"

#include "sessions.h"

#include <string.h>

static void place(const char *pipeline, int width, int height, const double expected[4])
{
    dn_arch arch;
    dn_model *model;
    dn_preprocess preprocess;
    dn_heat_map map;
    static float input[3 * 32 * 32], logits[10];
    assert_int_equal(dn_arch_find("densenet-bc-10-4", &arch), DN_OK);
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    dn_session *session = open_session(model, 1);
    assert_int_equal(dn_session_run(session, input, 1, 32, 32, logits), DN_OK);
    assert_int_equal(dn_preprocess_parse(pipeline, &preprocess), DN_OK);
    assert_int_equal(dn_heat_map_create(session, 0, 0, &preprocess, width, height, &map), DN_OK);
    assert_near(map.left, expected[0], 1e-9);
    assert_near(map.top, expected[1], 1e-9);
    assert_near(map.right, expected[2], 1e-9);
    assert_near(map.bottom, expected[3], 1e-9);
    dn_heat_map_free(&map);
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

/* The layer over the picture has the colours of the painting: strong where the evidence is, dark
 * where nothing was seen. */
static void colours_have_a_scale(void **state)
{
    (void)state;
    float evidence[] = {0.5f};
    unsigned char picture[20 * 40 * 3], painted[20 * 40 * 3], layer[20 * 40 * 4];
    const dn_heat_map map = {evidence, 1, 1, 10, 0, 30, 20, 0.5, true};
    memset(picture, 128, sizeof picture);
    assert_int_equal(dn_heat_map_paint(&map, 0.5, 40, 20, picture, painted), DN_OK);
    assert_int_equal(dn_heat_map_layer(&map, 0.5, 40, 20, layer), DN_OK);
    const unsigned char *seen = painted + (size_t)(10 * 40 + 20) * 3, *unseen = painted + 3 * 405;
    assert_true(seen[0] > seen[2] + 80);
    assert_true(unseen[0] < 60 && unseen[0] == unseen[1]);
    assert_int_equal(layer[(10 * 40 + 20) * 4 + 3], 255);
    assert_int_equal(layer[(10 * 40 + 5) * 4 + 3], 170);
    assert_int_equal(dn_heat_map_layer(&map, 0, 40, 20, layer), DN_OK);
    assert_int_equal(layer[(10 * 40 + 20) * 4 + 3], 0); /* no evidence, no colour */
}

static void maps_of_nothing_are_refused(void **state)
{
    (void)state;
    float evidence[] = {0.5f};
    unsigned char bytes[4] = {0};
    const dn_heat_map map = {evidence, 1, 1, 0, 0, 1, 1, 0.5, false};
    assert_int_equal(dn_heat_map_paint(&map, 1, 0, 1, bytes, bytes), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_heat_map_layer(&map, 1, 1, -1, bytes), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_heat_map_layer(NULL, 1, 1, 1, bytes), DN_ERROR_ARGUMENT);
}

/* What is encoded is decoded again, and a failed allocation leaves nothing. */
static void png_files_hold_their_pixels(void **state)
{
    (void)state;
    unsigned char pixels[5 * 7 * 3];
    void *file = NULL;
    size_t size = 0;
    dn_image *image;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (unsigned char)(i * 37);
    assert_int_equal(dn_png_encode(pixels, 7, 5, 3, &file, &size), DN_OK);
    assert_int_equal(dn_image_decode(file, size, "made", NULL, &image), DN_OK);
    assert_true(image->width == 7 && image->height == 5 && image->channels == 3);
    assert_memory_equal(image->pixels, pixels, sizeof pixels);
    dn_image_free(image);
    dn_free(file);
    assert_int_equal(dn_png_encode(pixels, 7, 5, 2, &file, &size), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_png_encode(pixels, 0, 5, 3, &file, &size), DN_ERROR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(maps_lie_where_the_network_looked),
                                       cmocka_unit_test(colours_have_a_scale),
                                       cmocka_unit_test(maps_of_nothing_are_refused),
                                       cmocka_unit_test(png_files_hold_their_pixels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
