/* SPDX-License-Identifier: MIT */
/* What single formats can hold: frames, more than 8 bits, hostile headers. */
#include "testing.h"

#include "encoding.h"

enum { WIDTH = 45, HEIGHT = 31 };

/* The first frame in its place, black around it. */
static void animations(void **state)
{
    (void)state;
    dn_image *image;
    unsigned char *drawn = draw_picture(WIDTH, HEIGHT, 3);
    encoded still = encode_webp(drawn, WIDTH, HEIGHT, true);
    encoded file = animate_webp(&still, WIDTH, HEIGHT);
    assert_int_equal(dn_image_decode(file.data, file.size, "p", NULL, &image), DN_OK);
    assert_true(image->width == WIDTH + 8 && image->height == HEIGHT + 4);
    const unsigned char *pixels = image->pixels;
    for (int y = 0; y < HEIGHT + 4; y++)
        for (int x = 0; x < 3 * (WIDTH + 8); x++) {
            bool inside = y >= 2 && y < HEIGHT + 2 && x >= 3 * 4 && x < 3 * (WIDTH + 4);
            int expected = inside ? drawn[3 * WIDTH * (y - 2) + x - 3 * 4] : 0;
            assert_int_equal(*pixels++, expected);
        }
    dn_image_free(image);
    for (size_t size = 0; size < file.size; size += 3)
        assert_int_equal(dn_image_decode(file.data, size, "p", NULL, &image), DN_ERROR_FORMAT);
    dn_image_limits limits = {.struct_size = sizeof limits, .max_pixels = WIDTH * HEIGHT};
    assert_int_equal(dn_image_decode(file.data, file.size, "p", &limits, &image), DN_ERROR_LIMIT);
    free(drawn);
    free(still.data);
    free(file.data);
}

/* A TIFF of one pixel, or two of 12 bits, and what becomes of it. */
static void expect_tiff(const unsigned char *sample, size_t bytes, const tiff_field *fields,
                        size_t count, int depth, unsigned expected)
{
    dn_image *image;
    encoded file = encode_tiff(sample, bytes, fields, count);
    if (dn_image_decode(file.data, file.size, "p", NULL, &image) != DN_OK)
        fail_msg("%s", dn_last_error());
    assert_int_equal(image->channels, 1);
    assert_int_equal(image->depth, depth);
    const uint16_t *words = image->pixels;
    const uint8_t *pixels = image->pixels;
    assert_int_equal(depth == 16 ? words[0] : pixels[0], expected);
    dn_image_free(image);
    free(file.data);
}

/* All bits are kept, spread over 16, and white is bright whichever way it is stored. */
static void deep_tiffs(void **state)
{
    (void)state;
    const unsigned char deep[] = {0x34, 0x12}, twelve[] = {0xab, 0xcd, 0xef}, four[] = {0x90};
    expect_tiff(deep, 2, (tiff_field[]){{256, 1}, {257, 1}, {258, 16}}, 3, 16, 0x1234);
    expect_tiff(deep, 2, (tiff_field[]){{256, 1}, {257, 1}, {258, 16}, {262, 0}}, 4, 16,
                65535 - 0x1234);
    expect_tiff(twelve, 3, (tiff_field[]){{256, 2}, {257, 1}, {258, 12}}, 3, 16, 0xabca);
    expect_tiff(four, 1, (tiff_field[]){{256, 1}, {257, 1}, {258, 4}}, 3, 8, 0x99);
    expect_tiff(four, 1, (tiff_field[]){{256, 1}, {257, 1}, {258, 4}, {262, 0}}, 4, 8, 0x66);
}

/* Samples are spread over their whole range, whatever the largest value; comments are skipped. */
static void pgm_and_ppm(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t size;
        int channels, depth;
        unsigned first, last;
    } known[] = {{"P5 2 1 255\n\7\x08", 13, 1, 8, 7, 8},
                 {"P5\n#x\n1 2 #y\n100 2d", 21, 1, 8, 128, 255},
                 {"P5 2 1 65535 \1\2\3\4", 17, 1, 16, 0x102, 0x304},
                 {"P5 2 1 4095 \x0f\xff\0\1", 16, 1, 16, 65535, 16},
                 {"P6 1 1 255 \1\2\3", 14, 3, 8, 1, 3},
                 {"P6 1 1 1023 \3\xff\0\0\2\0", 18, 3, 8, 255, 128},
                 {"P2 2 1 3 1 3", 12, 1, 8, 85, 255},
                 {"P3 1 1 255 1 #z\r2 3\n", 20, 3, 8, 1, 3}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        dn_image *image;
        if (dn_image_decode(known[i].data, known[i].size, "p", NULL, &image) != DN_OK)
            fail_msg("%zu: %s", i, dn_last_error());
        assert_true(image->channels == known[i].channels && image->depth == known[i].depth);
        const uint16_t *words = image->pixels;
        const uint8_t *bytes = image->pixels;
        int last = image->width * image->height * image->channels - 1;
        assert_int_equal(image->depth == 16 ? words[0] : bytes[0], known[i].first);
        assert_int_equal(image->depth == 16 ? words[last] : bytes[last], known[i].last);
        dn_image_free(image);
    }
    static const char *const bad[] = {"P5",
                                      "P5 1",
                                      "P5 1 1",
                                      "P5 1 1 0 x",
                                      "P5 1 1 65536",
                                      "P5 0 1 255 x",
                                      "P5 x 1 255 x",
                                      "P5 2 1 255 x",
                                      "P2 1 1 7 8",
                                      "P2 2 1 7 1",
                                      "P5 1234567890 1 255 x",
                                      "P5 99999 99999 255 x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        dn_image *image;
        assert_int_not_equal(dn_image_decode(bad[i], strlen(bad[i]), "p", NULL, &image), DN_OK);
    }
}

/* 12 bits in 16: not black, and no sample above them. */
static void faint_pictures(void **state)
{
    (void)state;
    uint16_t samples[4] = {0, 0, 0, 0};
    dn_image image = {2, 2, 1, 16, samples, 0};
    assert_false(dn_image_is_faint(&image));
    samples[3] = 4095;
    assert_true(dn_image_is_faint(&image));
    samples[0] = 4096;
    assert_false(dn_image_is_faint(&image));
    samples[0] = 1;
    image.depth = 8;
    assert_false(dn_image_is_faint(&image));
    assert_false(dn_image_is_faint(NULL));
}

static void refuse_tiff(const tiff_field *fields, size_t count, dn_status expected,
                        const char *sentence)
{
    static const unsigned char zeros[64];
    dn_image *image;
    encoded file = encode_tiff(zeros, sizeof zeros, fields, count);
    dn_status status = dn_image_decode(file.data, file.size, "p", NULL, &image);
    if (status != expected || !strstr(dn_last_error(), sentence))
        fail_msg("%s, not %s", dn_last_error(), sentence);
    free(file.data);
}

/* Eight white rows, and four before an early end, which libtiff takes for eight. */
static void faxes(void **state)
{
    (void)state;
    static const unsigned char whole[] = {0xff, 0x00, 0x10, 0x01}, cut[] = {0xf0, 0x01, 0x00, 0x10};
    const tiff_field fields[] = {{256, 8}, {257, 8}, {258, 1}, {259, 4}, {262, 0}};
    dn_image *image;
    expect_tiff(whole, sizeof whole, fields, 5, 8, 255);
    encoded file = encode_tiff(cut, sizeof cut, fields, 5);
    assert_int_equal(dn_image_decode(file.data, file.size, "p", NULL, &image), DN_ERROR_FORMAT);
    assert_non_null(strstr(dn_last_error(), "fewer pixels than it says"));
    free(file.data);
}

static void hostile_tiffs(void **state)
{
    (void)state;
    refuse_tiff((tiff_field[]){{256, 1}, {257, 1}, {258, 32}, {339, 3}}, 4, DN_ERROR_FORMAT,
                "1 samples of 32 bits in floating point");
    refuse_tiff((tiff_field[]){{256, 1}, {257, 1}, {259, 6}}, 3, DN_ERROR_FORMAT,
                "compression 6, which is not read");
    refuse_tiff((tiff_field[]){{256, 1}, {257, 1}, {262, 8}}, 3, DN_ERROR_FORMAT,
                "photometric interpretation 8");
    refuse_tiff((tiff_field[]){{256, 1}, {257, 1}, {258, 4}, {262, 3}}, 4, DN_ERROR_FORMAT,
                "Colormap");
    refuse_tiff((tiff_field[]){{256, 1}, {257, 1}, {262, 2}}, 3, DN_ERROR_FORMAT,
                "1 samples of 8 bits");
    refuse_tiff((tiff_field[]){{256, 1u << 30}, {257, 1u << 30}}, 2, DN_ERROR_LIMIT, "max_pixels");
    refuse_tiff((tiff_field[]){{256, 1}, {257, 1}, {322, 1u << 20}, {323, 1u << 20}}, 4,
                DN_ERROR_LIMIT, "max_pixels");
    refuse_tiff((tiff_field[]){{256, 1000}, {257, 1000}}, 2, DN_ERROR_FORMAT, "damaged");
    refuse_tiff((tiff_field[]){{256, 1}, {257, 1}, {277, 65535}}, 3, DN_ERROR_FORMAT, "p: ");
}

static void hostile_bmps_and_gifs(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t size;
        dn_status expected;
        const char *sentence;
    } files[] = {
#define BMP_HEADER(width, height, rest)                                                            \
    "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" width height "\1\0" rest
        {BMP_HEADER("\1\0\0\0", "\1\0\0\0", "\x18\0\0\0\0\0"), 34, DN_ERROR_FORMAT, "truncated"},
        {"BM\0\0\0\0\0\0\0\0\x36\0\0\0\xff\0\0\0", 18, DN_ERROR_FORMAT, "unknown kind"},
        {BMP_HEADER("\xff\xff\xff\x7f", "\1\0\0\0",
                    "\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
         54, DN_ERROR_LIMIT, "max_pixels"},
        {BMP_HEADER("\1\0\0\0", "\0\0\0\x80",
                    "\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
         54, DN_ERROR_FORMAT, "cannot be 1 wide"},
        {BMP_HEADER("\1\0\0\0", "\1\0\0\0",
                    "\x18\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
         54, DN_ERROR_FORMAT, "compression 4"},
        {BMP_HEADER("\1\0\0\0", "\1\0\0\0",
                    "\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\0\0\0\0\0\0"),
         54, DN_ERROR_FORMAT, "a palette of 65535 colours"},
        {"GIF89a\1\0\1\0\0\0\0;", 14, DN_ERROR_FORMAT, "no picture"},
        {"GIF89a\1\0\1\0\0\0\0!\xf9\4", 16, DN_ERROR_FORMAT, "truncated"},
        {"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\0\0\1\0\0\2", 24, DN_ERROR_FORMAT, "no size"},
        {"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\x0c", 24, DN_ERROR_FORMAT, "no pixels"},
        {"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2", 24, DN_ERROR_LIMIT, "max_pixels"},
        {"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1\7\0", 27, DN_ERROR_FORMAT,
         "a code comes before"},
        {"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1\5\0", 27, DN_ERROR_FORMAT,
         "before its last pixel"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        dn_image *image;
        dn_status status = dn_image_decode(files[i].data, files[i].size, "p", NULL, &image);
        if (status != files[i].expected || !strstr(dn_last_error(), files[i].sentence))
            fail_msg("%zu: %s, not %s", i, dn_last_error(), files[i].sentence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(animations),
        cmocka_unit_test(deep_tiffs),
        cmocka_unit_test(pgm_and_ppm),
        cmocka_unit_test(faint_pictures),
        cmocka_unit_test(faxes),
        cmocka_unit_test(hostile_tiffs),
        cmocka_unit_test(hostile_bmps_and_gifs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
