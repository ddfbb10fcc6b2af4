/* SPDX-License-Identifier: MIT */
#include "allocation.h"
#include "comma_locale.h"
#include "encoding.h"

#include "data/augment/augment.h"
#include "data/augment/draw.h"

#include <math.h>

enum { SIDE = 32, PLANE = SIDE * SIDE, ALL = 3 * PLANE };

static dn_augment parse(const char *text)
{
    dn_augment augment;
    if (dn_augment_parse(text, &augment) != DN_OK)
        fail_msg("%s", dn_last_error());
    return augment;
}

static dn_extent square(int side)
{
    return (dn_extent){side, side};
}

static dn_preprocess pipeline(const char *text)
{
    dn_preprocess preprocess = {0};
    if (dn_preprocess_parse(text, &preprocess) != DN_OK)
        fail_msg("%s", dn_last_error());
    return preprocess;
}

static dn_random draw(int index)
{
    return dn_draw_for(DN_FOR_AUGMENT, 3, 0, index);
}

static void specifications(void **state)
{
    (void)state;
    dn_augment augment = parse("cifar,jpeg=0.5");
    assert_true(augment.jpeg_chance == 0.5 && augment.jpeg_low == 30 && augment.jpeg_high == 95);
    augment = parse("cifar,padding=2,blur=0.25:0.3:1.2,jpeg=0.5:40:95,cutout=8");
    assert_true(augment.kind == DN_AUGMENT_CIFAR && augment.flip == 0.5 && augment.padding == 2);
    assert_true(augment.blur_chance == 0.25 && augment.blur_low == 0.3 && augment.blur_high == 1.2);
    assert_true(augment.jpeg_low == 40 && augment.jpeg_high == 95 && augment.cutout == 8);
    augment = parse("imagenet,flip=0,scale=0.2:0.9,jitter=0.4,erase=0.25");
    assert_true(augment.kind == DN_AUGMENT_IMAGENET && augment.flip == 0 && augment.jitter == 0.4);
    assert_true(augment.scale_low == 0.2 && augment.scale_high == 0.9 && augment.erase == 0.25);
    static const char *const bad[] = {"",
                                      "mnist",
                                      "cifar,",
                                      "cifar,jpeg",
                                      "cifar,jpeg=",
                                      "cifar,jpeg=2",
                                      "cifar,jpeg=0.5:0:50",
                                      "cifar,jpeg=0.5:60:50",
                                      "cifar,jpeg=0.5:50:60:70",
                                      "cifar,jpeg=0.5x",
                                      "cifar,blur=0.1:0:1",
                                      "cifar,flip=nan",
                                      "cifar,sharpen=1",
                                      "imagenet,scale=0:1",
                                      "cifar,none"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(dn_augment_parse(bad[i], &augment), DN_ERROR_ARGUMENT);
}

/* In a locale with a decimal comma, a specification still has decimal points. */
static void locales_do_not_matter(void **state)
{
    (void)state;
    expect_comma();
    dn_augment augment = parse("none,flip=0.25");
    assert_true(augment.flip == 0.25);
}

/* A picture whose pixels all differ: red is the column, green the row. */
static dn_image *coordinates(int width, int height)
{
    unsigned char *pixels = malloc(3 * (size_t)width * (size_t)height), *pixel = pixels;
    dn_image *image = malloc(sizeof *image);
    assert_true(pixels && image);
    for (int i = 0; i < width * height; i++, pixel += 3) {
        pixel[0] = (unsigned char)(1 + i % width);
        pixel[1] = (unsigned char)(1 + i / width);
        pixel[2] = 255;
    }
    *image = (dn_image){width, height, 3, 8, pixels, 0};
    return image;
}

static void none_is_the_evaluation_pipeline(void **state)
{
    (void)state;
    static float expected[3 * 24 * 24], tensor[3 * 24 * 24];
    dn_image *image = coordinates(60, 40);
    dn_augment augment = parse("none");
    dn_preprocess preprocess = pipeline("torchvision,resize=28,crop=24");
    assert_int_equal(dn_preprocess_run(&preprocess, image, expected), DN_OK);
    assert_int_equal(dn_augment_run(&augment, &preprocess, square(24), draw(0), image, tensor),
                     DN_OK);
    assert_memory_equal(tensor, expected, sizeof tensor);
    assert_int_equal(dn_augment_run(&augment, &preprocess, square(23), draw(0), image, tensor),
                     DN_ERROR_MISMATCH);
    dn_image_free(image);
}

/* Undoing the shift and flip that the coordinates show must restore the
 * picture, with zeros where it was padded; every shift and both flips occur. */
static void cifar_shifts_and_flips(void **state)
{
    (void)state;
    enum { DRAWS = 3000 };
    static float tensor[ALL];
    int shifts[2][9] = {{0}}, flips = 0;
    dn_image *image = coordinates(SIDE, SIDE);
    dn_augment augment = parse("cifar");
    dn_preprocess preprocess = pipeline("none");
    for (int i = 0; i < DRAWS; i++) {
        assert_int_equal(
            dn_augment_run(&augment, &preprocess, square(SIDE), draw(i), image, tensor), DN_OK);
        const float *middle = &tensor[16 * SIDE + 16];
        int column = (int)lrintf(255 * middle[0]) - 1, row = (int)lrintf(255 * middle[PLANE]) - 1;
        bool flipped = middle[1] < middle[0];
        int dx = column - (flipped ? 15 : 16), dy = row - 16;
        assert_true(abs(dx) <= 4 && abs(dy) <= 4);
        shifts[0][dx + 4]++;
        shifts[1][dy + 4]++;
        flips += flipped;
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                int from_x = (flipped ? SIDE - 1 - x : x) + dx, from_y = y + dy;
                bool inside = from_x >= 0 && from_x < SIDE && from_y >= 0 && from_y < SIDE;
                assert_near(255 * tensor[y * SIDE + x], inside ? (float)(1 + from_x) : 0, 1e-3f);
                assert_near(255 * tensor[PLANE + y * SIDE + x], inside ? (float)(1 + from_y) : 0,
                            1e-3);
            }
    }
    assert_true(abs(flips - DRAWS / 2) < 150);
    for (int i = 0; i < 9; i++)
        assert_true(abs(shifts[0][i] - DRAWS / 9) < 90 && abs(shifts[1][i] - DRAWS / 9) < 90);
    dn_image_free(image);
}

/* Padding is zero after normalising: the mean's colour, not black. */
static void padding_is_the_mean(void **state)
{
    (void)state;
    static float tensor[ALL];
    dn_image *image = coordinates(SIDE, SIDE);
    dn_augment augment = parse("cifar,padding=32,flip=0");
    dn_preprocess preprocess = pipeline("cifar10");
    bool seen = false;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(
            dn_augment_run(&augment, &preprocess, square(SIDE), draw(i), image, tensor), DN_OK);
        seen = seen || tensor[0] == 0;
    }
    assert_true(seen);
    dn_image_free(image);
}

/* A network whose input is not square: what is evaluated is what is trained on. */
static void rectangles(void **state)
{
    (void)state;
    enum { HEIGHT = 24, WIDTH = 40 };
    static const struct {
        const char *pipeline, *same;
    } known[] = {{"none,resize=24x40", "none,resize=24x40"},
                 {"none,resize=30x50,crop=24x40", "none,resize=24x40"},
                 {"none,crop=24x40", "none,resize=40,crop=24x40"},
                 {"none,resize=99,crop=24x40", "none,resize=40,crop=24x40"}};
    static float tensor[3 * HEIGHT * WIDTH], expected[3 * HEIGHT * WIDTH];
    dn_image *image = coordinates(100, 64);
    const dn_extent size = {HEIGHT, WIDTH};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        dn_augment augment = parse("cifar,padding=0,flip=0");
        dn_preprocess own = pipeline(known[i].pipeline), same = pipeline(known[i].same);
        assert_int_equal(dn_preprocess_run(&same, image, expected), DN_OK);
        assert_int_equal(dn_augment_run(&augment, &own, size, draw(0), image, tensor), DN_OK);
        assert_memory_equal(tensor, expected, sizeof tensor);
        augment = parse("none");
        assert_int_equal(dn_preprocess_run(&own, image, expected), DN_OK);
        assert_int_equal(dn_augment_run(&augment, &own, size, draw(0), image, tensor), DN_OK);
        assert_memory_equal(tensor, expected, sizeof tensor);
    }
    dn_image_free(image);
}

/* Rows and columns of a part that was drawn rise across the whole rectangle. */
static void drawn_parts_fill_a_rectangle(void **state)
{
    (void)state;
    enum { HEIGHT = 12, WIDTH = 20, RECTANGLE = HEIGHT * WIDTH };
    static float tensor[3 * RECTANGLE];
    dn_image *image = coordinates(200, 200);
    dn_augment augment = parse("imagenet,flip=0,scale=0.5:1");
    dn_preprocess preprocess = pipeline("none,resize=12x20");
    const dn_extent size = {HEIGHT, WIDTH};
    for (int i = 0; i < 20; i++) {
        assert_int_equal(dn_augment_run(&augment, &preprocess, size, draw(i), image, tensor),
                         DN_OK);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                const float *at = &tensor[y * WIDTH + x];
                assert_true(x == 0 || at[0] > at[-1]);
                assert_true(y == 0 || at[RECTANGLE] > at[RECTANGLE - WIDTH]);
            }
    }
    dn_image_free(image);
}

/* As many pixels as the square has, or fewer at the edge, and all within the rectangle. */
static void blanked_parts_of_a_rectangle(void **state)
{
    (void)state;
    enum { HEIGHT = 12, WIDTH = 20, RECTANGLE = HEIGHT * WIDTH };
    static float tensor[3 * RECTANGLE];
    dn_image *image = coordinates(WIDTH, HEIGHT);
    dn_augment augment = parse("none,cutout=5,erase=1");
    dn_preprocess preprocess = pipeline("none,resize=12x20");
    const dn_extent size = {HEIGHT, WIDTH};
    bool right = false, bottom = false;
    for (int i = 0; i < 60; i++) {
        assert_int_equal(dn_augment_run(&augment, &preprocess, size, draw(i), image, tensor),
                         DN_OK);
        for (int at = 0; at < RECTANGLE; at++) {
            int x = at % WIDTH, y = at / WIDTH;
            float expected = tensor[at] == 0 ? 0 : (float)(1 + x) / 255;
            assert_true(tensor[at] == expected && (tensor[RECTANGLE + at] == 0) == (expected == 0));
            right |= expected == 0 && x == WIDTH - 1;
            bottom |= expected == 0 && y == HEIGHT - 1;
        }
    }
    assert_true(right && bottom);
    dn_image_free(image);
}

static void larger_pictures_are_fitted(void **state)
{
    (void)state;
    static float tensor[ALL], expected[ALL];
    dn_image *image = coordinates(100, 64);
    dn_augment augment = parse("cifar,padding=0,flip=0");
    dn_preprocess preprocess = pipeline("cifar10");
    assert_int_equal(dn_preprocess_run(&preprocess, image, expected), DN_OK);
    assert_int_equal(dn_augment_run(&augment, &preprocess, square(SIDE), draw(0), image, tensor),
                     DN_OK);
    assert_memory_equal(tensor, expected, sizeof tensor);
    dn_image_free(image);
}

/* torchvision's fallback, and crops that lie in the picture with the area and
 * ratio asked for. */
static void resized_crops(void **state)
{
    (void)state;
    const dn_crop_ranges usual = {0.08, 1, 3.0 / 4, 4.0 / 3}, all = {1, 1, 3.0 / 4, 4.0 / 3};
    double areas = 0;
    enum { DRAWS = 20000 };
    for (int i = 0; i < DRAWS; i++) {
        dn_random random = draw(i);
        dn_crop crop = dn_draw_crop(&random, 500, 375, &usual);
        assert_true(crop.x >= 0 && crop.y >= 0 && crop.x + crop.width <= 500 &&
                    crop.y + crop.height <= 375);
        double ratio = (double)crop.width / crop.height;
        double part = (double)crop.width * crop.height / (500 * 375);
        assert_true(ratio > 0.73 && ratio < 1.36 && part > 0.078 && part <= 1);
        areas += part;
    }
    assert_true(fabs(areas / DRAWS - 0.4348) < 0.01); /* torchvision 0.14: 0.4348 in 20000 */
    dn_random random = draw(0);
    dn_crop wide = dn_draw_crop(&random, 1000, 3, &all);
    assert_true(wide.width == 4 && wide.height == 3 && wide.x == 498 && wide.y == 0);
    dn_crop tall = dn_draw_crop(&random, 1, 1000, &all);
    assert_true(tall.width == 1 && tall.height == 1 && tall.y == 499);
}

static void imagenet_crops(void **state)
{
    (void)state;
    enum { SIZE = 20, AREA = SIZE * SIZE };
    static float tensor[3 * AREA];
    dn_image *image = coordinates(90, 70);
    dn_augment augment = parse("imagenet");
    dn_preprocess preprocess = pipeline("none");
    int flips = 0;
    for (int i = 0; i < 400; i++) {
        assert_int_equal(
            dn_augment_run(&augment, &preprocess, square(SIZE), draw(i), image, tensor), DN_OK);
        bool flipped = tensor[0] > tensor[SIZE - 1];
        flips += flipped;
        for (int x = 1; x < SIZE; x++)
            assert_true(flipped ? tensor[x] <= tensor[x - 1] : tensor[x] >= tensor[x - 1]);
        assert_true(tensor[AREA] < tensor[2 * AREA - SIZE]);
    }
    assert_true(abs(flips - 200) < 50);
    dn_image_free(image);
}

static void same_draw_same_picture(void **state)
{
    (void)state;
    static float first[ALL], second[ALL];
    dn_image *image = coordinates(50, 41);
    dn_augment augment = parse("imagenet,jitter=0.4,blur=0.5,jpeg=0.5,erase=0.5,cutout=8");
    dn_preprocess preprocess = pipeline("cifar10");
    for (int i = 0; i < 20; i++) {
        dn_augment_run(&augment, &preprocess, square(SIDE), draw(i), image, first);
        dn_augment_run(&augment, &preprocess, square(SIDE), draw(i), image, second);
        assert_memory_equal(first, second, sizeof first);
        dn_augment_run(&augment, &preprocess, square(SIDE), draw(i + 1), image, second);
        assert_memory_not_equal(first, second, sizeof first);
    }
    dn_image_free(image);
}

/* Blanks are zero in all channels and as large as said, less what is outside. */
static void cutout(void **state)
{
    (void)state;
    static float tensor[ALL];
    dn_image *image = coordinates(SIDE, SIDE);
    dn_augment augment = parse("none,cutout=8");
    dn_preprocess preprocess = pipeline("none");
    for (int i = 0; i < 200; i++) {
        int zeros = 0;
        assert_int_equal(
            dn_augment_run(&augment, &preprocess, square(SIDE), draw(i), image, tensor), DN_OK);
        for (int j = 0; j < PLANE; j++) {
            zeros += tensor[j] == 0;
            assert_true((tensor[j] == 0) == (tensor[2 * PLANE + j] == 0));
        }
        assert_true(zeros >= 16 && zeros <= 64);
    }
    dn_image_free(image);
}

/* One grey channel of 16 bits, as X-rays come, through everything. */
static void sixteen_bits_of_grey(void **state)
{
    (void)state;
    static float tensor[PLANE];
    static uint16_t samples[40 * 40];
    for (int i = 0; i < 40 * 40; i++)
        samples[i] = (uint16_t)(i * 40);
    dn_image image = {40, 40, 1, 16, samples, 0};
    dn_preprocess preprocess = pipeline("xrv,resize=32");
    static const char *const texts[] = {"none", "cifar,jpeg=1,blur=1,jitter=0.2", "imagenet"};
    for (int i = 0; i < 3; i++) {
        dn_augment augment = parse(texts[i]);
        assert_int_equal(
            dn_augment_run(&augment, &preprocess, square(SIDE), draw(i), &image, tensor), DN_OK);
        for (int j = 0; j < PLANE; j++)
            assert_true(tensor[j] >= -1024 && tensor[j] <= 1024);
    }
    assert_int_equal(samples[1], 40);
}

static void allocations_that_fail(void **state)
{
    (void)state;
    static float tensor[ALL];
    static uint16_t samples[3 * 40 * 40];
    dn_image image = {40, 40, 3, 16, samples, 0};
    dn_augment augment = parse("imagenet,blur=1,jpeg=1");
    dn_preprocess preprocess = pipeline("cifar10");
    for (int i = 0;; i++) {
        fail_allocation(i);
        dn_status status =
            dn_augment_run(&augment, &preprocess, square(SIDE), draw(0), &image, tensor);
        bool failed = allocation_failed();
        fail_allocation(-1);
        if (!failed)
            break;
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specifications),
        comma_test(locales_do_not_matter),
        cmocka_unit_test(none_is_the_evaluation_pipeline),
        cmocka_unit_test(cifar_shifts_and_flips),
        cmocka_unit_test(padding_is_the_mean),
        cmocka_unit_test(rectangles),
        cmocka_unit_test(drawn_parts_fill_a_rectangle),
        cmocka_unit_test(blanked_parts_of_a_rectangle),
        cmocka_unit_test(larger_pictures_are_fitted),
        cmocka_unit_test(resized_crops),
        cmocka_unit_test(imagenet_crops),
        cmocka_unit_test(same_draw_same_picture),
        cmocka_unit_test(cutout),
        cmocka_unit_test(sixteen_bits_of_grey),
        cmocka_unit_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
