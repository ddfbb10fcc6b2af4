/* SPDX-License-Identifier: MIT */
/* What augmentation does to pixels: JPEG, blur, jitter. */
#include "allocation.h"
#include "encoding.h"
#include "testing.h"

#include "data/augment/draw.h"
#include "data/augment/jpeg_loss.h"
#include "data/augment/pixel_ops.h"

#include <math.h>

static double mean_difference(const uint8_t *a, const uint8_t *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += abs(a[i] - b[i]);
    return sum / (double)count;
}

/* libjpeg itself at quality 95 with halved colour, its default. */
static void jpeg_is_libjpegs(void **state)
{
    (void)state;
    static const int sizes[][2] = {{32, 32}, {40, 33}, {7, 19}, {1, 1}};
    for (int channels = 1; channels <= 3; channels += 2)
        for (int i = 0; i < 4; i++) {
            int width = sizes[i][0], height = sizes[i][1];
            size_t count = (size_t)width * (size_t)height * (size_t)channels;
            unsigned char *pixels = draw_picture(width, height, channels);
            uint8_t *copy = malloc(count);
            assert_non_null(copy);
            memcpy(copy, pixels, count);
            encoded file = encode_jpeg(pixels, width, height, channels, NULL, 0);
            dn_image *image = NULL;
            assert_int_equal(dn_image_decode(file.data, file.size, "x", NULL, &image), DN_OK);
            assert_int_equal(dn_jpeg_loss(copy, width, height, channels, 95, channels == 3), DN_OK);
            double loss = mean_difference(pixels, image->pixels, count);
            double difference = mean_difference(copy, image->pixels, count);
            if (!(difference < 0.3) || (channels == 3 && count > 30 && !(difference < loss / 5)))
                fail_msg("%d x %d x %d: %g from libjpeg's, which is %g from the picture", width,
                         height, channels, difference, loss);
            dn_image_free(image);
            free(file.data);
            free(copy);
            free(pixels);
        }
}

/* The worse the quality the more is lost; a flat picture loses nothing much. */
static void jpeg_qualities(void **state)
{
    (void)state;
    enum { COUNT = 32 * 32 * 3 };
    unsigned char *pixels = draw_picture(32, 32, 3);
    double before = 1e9;
    for (int quality = 1; quality <= 100; quality += 33) {
        uint8_t copy[COUNT];
        memcpy(copy, pixels, COUNT);
        assert_int_equal(dn_jpeg_loss(copy, 32, 32, 3, quality, false), DN_OK);
        double loss = mean_difference(copy, pixels, COUNT);
        assert_true(loss < before);
        before = loss;
    }
    assert_true(before < 0.7);
    memset(pixels, 77, COUNT);
    uint8_t flat[COUNT];
    memcpy(flat, pixels, COUNT);
    assert_int_equal(dn_jpeg_loss(flat, 32, 32, 3, 50, true), DN_OK);
    assert_true(mean_difference(flat, pixels, COUNT) <= 1);
    free(pixels);
}

/* A point becomes the Gaussian's own shape; a flat picture stays; the edge is
 * repeated. */
static void blur_by_formula(void **state)
{
    (void)state;
    enum { SIDE = 31 };
    uint8_t pixels[SIDE * SIDE] = {0};
    pixels[15 * SIDE + 15] = 255;
    assert_int_equal(dn_blur_pixels(pixels, SIDE, SIDE, 1, 1.5), DN_OK);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            double square = (x - 15) * (x - 15) + (y - 15) * (y - 15);
            double expected = 255 * exp(-square / (2 * 1.5 * 1.5)) / (2 * M_PI * 1.5 * 1.5);
            assert_true(fabs(pixels[y * SIDE + x] - expected) < 0.7);
        }
    uint8_t tiny[] = {10, 20, 30};
    assert_int_equal(dn_blur_pixels(tiny, 1, 1, 3, 16), DN_OK);
    assert_true(tiny[0] == 10 && tiny[1] == 20 && tiny[2] == 30);
    uint8_t step[] = {0, 0, 0, 255, 255, 255};
    assert_int_equal(dn_blur_pixels(step, 6, 1, 1, 0.5), DN_OK);
    assert_true(step[0] == 0 && step[5] == 255 && step[2] + step[3] == 255 && step[2] > 20);
}

static void jitter(void **state)
{
    (void)state;
    enum { COUNT = 16 * 16 };
    unsigned char *pixels = draw_picture(16, 16, 3);
    uint8_t copy[3 * COUNT];
    for (int i = 0; i < 20; i++) {
        dn_random random = dn_draw_for(DN_FOR_AUGMENT, 1, 0, i);
        memcpy(copy, pixels, sizeof copy);
        dn_jitter_pixels(copy, COUNT, 3, 0, &random);
        assert_memory_equal(copy, pixels, sizeof copy);
        dn_jitter_pixels(copy, COUNT, 3, 0.5, &random);
        assert_memory_not_equal(copy, pixels, sizeof copy);
        uint8_t grey[] = {100, 100, 100}; /* keeps its colour, within half of its light */
        dn_jitter_pixels(grey, 1, 3, 0.5, &random);
        assert_true(grey[0] == grey[1] && grey[1] == grey[2] && grey[0] >= 50 && grey[0] <= 150);
    }
    free(pixels);
}

static void allocations_that_fail(void **state)
{
    (void)state;
    uint8_t pixels[64] = {0};
    fail_allocation(0);
    assert_int_equal(dn_blur_pixels(pixels, 8, 8, 1, 1), DN_ERROR_MEMORY);
    fail_allocation(0);
    assert_int_equal(dn_jpeg_loss(pixels, 8, 8, 1, 50, false), DN_ERROR_MEMORY);
    fail_allocation(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jpeg_is_libjpegs),      cmocka_unit_test(jpeg_qualities),
        cmocka_unit_test(blur_by_formula),       cmocka_unit_test(jitter),
        cmocka_unit_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
