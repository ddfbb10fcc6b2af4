/* SPDX-License-Identifier: MIT */
/* Orientations: how they are found, and what they do. */
#include "testing.h"

#include "allocation.h"

#include "encoding.h"
#include "image/exif.h"
#include "image/orientation.h"

enum { WIDTH = 3, HEIGHT = 2 };

/* A block with one entry. */
#define BLOCK(orientation) "II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0" orientation "\0\0\0\0\0\0\0"

static void blocks(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t size;
        int expected;
    } known[] = {
        {BLOCK("\6"), 26, 6},
        {BLOCK("\1"), 26, 0},
        {BLOCK("\x09"), 26, 0},
        {"Exif\0\0" BLOCK("\x08"), 32, 8},
        {"Exif\0\1" BLOCK("\x08"), 32, 0},
        {"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\3\0\0", 22, 3},
        {"MM\0*\0\0\0\x08\0\1\1\x12\0\4\0\0\0\1\0\0\0\3", 22, 3},
        {"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\2\0\3\0\3", 22, 3},   /* two values */
        {"MM\0*\0\0\0\x08\0\2\1\x0f\0\3\0\0\0\1\0\3\0\0", 22, 0},   /* another tag, cut */
        {"MM\0*\xff\xff\xff\xff\0\1\1\x12\0\3\0\0\0\1\0\3", 20, 0}, /* beyond its end */
        {"MM\0*\0\0\0\x08\xff\xff\1\x12\0\3\0\0\0\1\0\3\0\0", 22, 3},
        {"MM\0+\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\3\0\0", 22, 0},
        {"", 0, 0},
        {"I", 1, 0},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(dn_exif_orientation((const unsigned char *)known[i].data, known[i].size),
                         known[i].expected);
    for (size_t size = 0; size < 22; size++)
        assert_int_equal(dn_exif_orientation((const unsigned char *)BLOCK("\6"), size), 0);
}

/* What pixels 0 to 5 of two rows of three become: Pillow's exif_transpose(). */
static void pictures_are_turned(void **state)
{
    (void)state;
    static const struct {
        int width;
        unsigned char pixels[6];
    } expected[] = {
        {3, {0, 1, 2, 3, 4, 5}}, {3, {0, 1, 2, 3, 4, 5}}, {3, {2, 1, 0, 5, 4, 3}},
        {3, {5, 4, 3, 2, 1, 0}}, {3, {3, 4, 5, 0, 1, 2}}, {2, {0, 3, 1, 4, 2, 5}},
        {2, {3, 0, 4, 1, 5, 2}}, {2, {5, 2, 4, 1, 3, 0}}, {2, {2, 5, 1, 4, 0, 3}},
        {3, {0, 1, 2, 3, 4, 5}},
    };
    for (int orientation = 0; orientation <= 9; orientation++)
        for (int bytes = 1; bytes <= 6; bytes *= bytes == 1 ? 2 : 3) {
            dn_image image = {WIDTH, HEIGHT, bytes == 6 ? 3 : 1, bytes == 1 ? 8 : 16, NULL, 0};
            size_t pixel = (size_t)(image.channels * image.depth / 8);
            unsigned char *pixels = image.pixels = malloc(6 * pixel);
            for (size_t i = 0; i < 6 * pixel; i++)
                pixels[i] = (unsigned char)(i / pixel);
            assert_int_equal(dn_image_orient(orientation, &image), DN_OK);
            assert_int_equal(image.width, expected[orientation].width);
            assert_int_equal(image.height, 6 / image.width);
            pixels = image.pixels;
            for (size_t i = 0; i < 6 * pixel; i++)
                assert_int_equal(pixels[i], expected[orientation].pixels[i / pixel]);
            free(image.pixels);
        }
}

/* A JPEG with an APP1 after its first marker. */
static encoded turned_jpeg(const unsigned char *pixels, int width, int height)
{
    static const char segment[] = "\xff\xe1\0\x22"
                                  "Exif\0\0" BLOCK("\6");
    encoded plain = encode_jpeg(pixels, width, height, 3, NULL, 0), file;
    file.size = plain.size + sizeof segment - 1;
    file.data = malloc(file.size);
    memcpy(file.data, plain.data, 2);
    memcpy(file.data + 2, segment, sizeof segment - 1);
    memcpy(file.data + 2 + sizeof segment - 1, plain.data + 2, plain.size - 2);
    free(plain.data);
    return file;
}

/* Ignored, unless the pipeline or the caller applies it. */
static void pipelines_apply_it(void **state)
{
    (void)state;
    unsigned char *drawn = draw_picture(40, 20, 3);
    encoded file = turned_jpeg(drawn, 40, 20);
    dn_image *image;
    dn_preprocess pipeline;
    static float ignored[3 * 800], applied[3 * 800], upright[3 * 800];
    assert_int_equal(dn_image_decode(file.data, file.size, "p", NULL, &image), DN_OK);
    assert_true(image->width == 40 && image->height == 20 && image->orientation == 6);
    assert_int_equal(dn_preprocess_parse("none,resize=20x10", &pipeline), DN_OK);
    assert_int_equal(dn_preprocess_run(&pipeline, image, ignored), DN_OK);
    assert_int_equal(dn_preprocess_parse("exif=yes", &pipeline), DN_OK);
    for (int index = 0;; index++) {
        fail_allocation(index);
        dn_status status = dn_preprocess_run(&pipeline, image, applied);
        bool failed = allocation_failed();
        fail_allocation(-1);
        if (!failed) {
            assert_int_equal(status, DN_OK);
            break;
        }
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
    fail_allocation(0);
    assert_int_equal(dn_image_upright(image), DN_ERROR_MEMORY);
    fail_allocation(-1);
    assert_true(image->width == 40 && image->orientation == 6);
    assert_int_equal(dn_image_upright(image), DN_OK);
    assert_true(image->width == 20 && image->height == 40 && image->orientation == 0);
    assert_int_equal(dn_preprocess_run(&pipeline, image, upright), DN_OK);
    assert_memory_equal(applied, upright, 3 * 200 * sizeof(float));
    assert_memory_not_equal(applied, ignored, 3 * 200 * sizeof(float));
    image->orientation = 9;
    assert_int_equal(dn_preprocess_run(&pipeline, image, upright), DN_ERROR_ARGUMENT);
    dn_image_free(image);
    free(file.data);
    free(drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks),
        cmocka_unit_test(pictures_are_turned),
        cmocka_unit_test(pipelines_apply_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
