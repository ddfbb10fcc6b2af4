/* SPDX-License-Identifier: MIT */
/* Readers of pictures, on whole files, damaged ones and hostile ones. */
#include "testing.h"

#include "allocation.h"
#include "base/picture_formats.h"
#include "decode_failures.h"
#include "encoding.h"

enum { WIDTH = 45, HEIGHT = 31, KINDS = 10 };

/* Baseline grey and RGB, progressive, PNG plain and interlaced, WebP lossy and
 * lossless, BMP, GIF, TIFF. */
static struct {
    const char *name;
    encoded file;
    int channels;
    const unsigned char *expected; /* pixels, where nothing is lost */
} kinds[KINDS];
static unsigned char *drawn, *shades;

static const jpeg_scan_info two_scans[] = {
    {1, {0}, 0, 0, 0, 0},
    {1, {0}, 1, 63, 0, 0},
};

static int draw(void **state)
{
    (void)state;
    drawn = draw_picture(WIDTH, HEIGHT, 3);
    unsigned char *grey = draw_picture(WIDTH, HEIGHT, 1);
    int i = 0;
    kinds[i].name = "JPEG";
    kinds[i++].file = encode_jpeg(drawn, WIDTH, HEIGHT, 3, NULL, 0);
    kinds[i].name = "grey JPEG";
    kinds[i].channels = 1;
    kinds[i++].file = encode_jpeg(grey, WIDTH, HEIGHT, 1, NULL, 0);
    kinds[i].name = "progressive JPEG";
    kinds[i].channels = 1;
    kinds[i++].file = encode_jpeg(grey, WIDTH, HEIGHT, 1, two_scans, 2);
    for (int variant = 0; variant < 2; variant++) {
        kinds[i].name = "PNG";
        kinds[i].expected = drawn;
        kinds[i++].file = encode_png(drawn, WIDTH, HEIGHT, variant);
        kinds[i].name = "WebP";
        kinds[i].expected = variant ? drawn : NULL;
        kinds[i++].file = encode_webp(drawn, WIDTH, HEIGHT, variant);
    }
    kinds[i].name = "BMP";
    kinds[i].expected = drawn;
    kinds[i++].file = encode_bmp(drawn, WIDTH, HEIGHT);
    kinds[i].name = "TIFF";
    kinds[i].channels = 1;
    kinds[i].expected = shades = malloc(3 * WIDTH * HEIGHT);
    for (int at = 0; at < WIDTH * HEIGHT; at++)
        grey[at] = shades[at] = grey[at] & 0xfe;
    const tiff_field size[] = {{256, WIDTH}, {257, HEIGHT}};
    kinds[i++].file = encode_tiff(grey, WIDTH * HEIGHT, size, 2);
    kinds[i].name = "GIF";
    for (int at = 0; at < WIDTH * HEIGHT; at++)
        grey[at] /= 2;
    kinds[i++].file = encode_gif(grey, WIDTH, HEIGHT);
    free(grey);
    assert_int_equal(i, KINDS);
    return 0;
}

static int erase(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++)
        free(kinds[i].file.data);
    free(drawn);
    free(shades);
    return 0;
}

static size_t bytes_of(const dn_image *image)
{
    return (size_t)(image->width * image->height * image->channels * image->depth / 8);
}

static void whole_files(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        dn_image *image;
        assert_int_equal(dn_image_decode(kinds[i].file.data, kinds[i].file.size, "p", NULL, &image),
                         DN_OK);
        assert_int_equal(image->width, WIDTH);
        assert_int_equal(image->height, HEIGHT);
        assert_int_equal(image->channels, kinds[i].channels ? kinds[i].channels : 3);
        assert_int_equal(image->depth, 8);
        if (kinds[i].expected)
            assert_memory_equal(image->pixels, kinds[i].expected, bytes_of(image));
        const unsigned char *pixels = image->pixels;
        for (int at = 0; strcmp(kinds[i].name, "GIF") == 0 && at < WIDTH * HEIGHT; at++)
            for (int c = 0; c < 3; c++)
                assert_int_equal(pixels[3 * at + c], shades[at]);
        dn_image_free(image);
    }
}

/* Decodes a copy that ends with its memory, so that a sanitizer sees the first
 * byte read past the end. */
static dn_status decode_copy(const unsigned char *data, size_t size, dn_image **image)
{
    unsigned char *copy = malloc(size ? size : 1);
    memcpy(copy, data, size);
    dn_status status = dn_image_decode(copy, size, "p", NULL, image);
    free(copy);
    return status;
}

static void truncated_files_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        dn_image *whole, *image;
        const encoded *file = &kinds[i].file;
        assert_int_equal(decode_copy(file->data, file->size, &whole), DN_OK);
        size_t accepted = 0;
        for (size_t size = 0; size < file->size; size++) {
            if (decode_copy(file->data, size, &image) != DN_OK)
                continue;
            assert_memory_equal(image->pixels, whole->pixels, bytes_of(whole));
            dn_image_free(image);
            accepted++;
        }
        /* A PNG without its end mark has all its pixels. */
        assert_true(accepted <= 12);
        dn_image_free(whole);
    }
}

/* The library makes up what is missing, and only warns. */
static void jpegs_that_are_marked_as_ended_too_early_are_refused(void **state)
{
    (void)state;
    static const unsigned char end[] = {0xff, 0xd9};
    for (int i = 0; i < 2; i++) {
        encoded file = kinds[i].file;
        unsigned char *copy = malloc(file.size + sizeof end);
        memcpy(copy, file.data, file.size);
        unsigned char *scan = memmem(copy, file.size, "\xff\xda", 2);
        assert_non_null(scan);
        for (size_t size = (size_t)(scan - copy); size + 4 < file.size; size++) {
            dn_image *image;
            memcpy(copy, file.data, file.size);
            memcpy(copy + size, end, sizeof end);
            assert_int_equal(decode_copy(copy, size + sizeof end, &image), DN_ERROR_FORMAT);
        }
        free(copy);
    }
}

static void damaged_files_do_no_harm(void **state)
{
    (void)state;
    uint32_t random = 5;
    for (int i = 0; i < KINDS; i++) {
        const encoded *file = &kinds[i].file;
        unsigned char *copy = malloc(file->size);
        for (int attempt = 0; attempt < 300; attempt++) {
            memcpy(copy, file->data, file->size);
            for (int flips = attempt % 4; flips >= 0; flips--) {
                random = random * 1664525 + 1013904223;
                copy[(random >> 8) % file->size] ^= (unsigned char)(1u << (random >> 29));
            }
            dn_image *image;
            if (dn_image_decode(copy, file->size, "p", NULL, &image) == DN_OK)
                dn_image_free(image);
        }
        free(copy);
    }
}

static void other_files_are_named(void **state)
{
    (void)state;
    dn_image *image;
    assert_int_equal(dn_image_decode("", 0, "p", NULL, &image), DN_ERROR_FORMAT);
    assert_string_equal(dn_last_error(), "p: is empty, a picture was expected");
    assert_int_equal(dn_image_decode("QM 89a", 6, "p", NULL, &image), DN_ERROR_FORMAT);
    assert_string_equal(dn_last_error(), "p: is not a picture; " DN_FORMATS_READ
                                         " are read (it begins with 51 4d 20 38 39 61)");
    assert_int_equal(dn_image_read("/no/such/picture", NULL, &image), DN_ERROR_IO);
    assert_int_equal(dn_image_read("/", NULL, &image), DN_ERROR_IO);
    static const unsigned char animation[] = "RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x09\0\0"
                                             "\x09\0\0ANIM\x06\0\0\0\xff\xff\xff\xff\0\0";
    assert_int_equal(dn_image_decode(animation, sizeof animation - 1, "p", NULL, &image),
                     DN_ERROR_FORMAT);
    assert_non_null(strstr(dn_last_error(), "animation"));
}

static void formats_that_are_not_read_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *begin, *format;
    } files[] = {
        {"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL"},
        {"8BPS\0\1\0\0\0\0\0\0", "a Photoshop"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        dn_image *image;
        char expected[192];
        snprintf(expected, sizeof expected,
                 "p: is %s picture, which is not read; " DN_FORMATS_READ " are", files[i].format);
        assert_int_equal(dn_image_decode(files[i].begin, 13, "p", NULL, &image), DN_ERROR_FORMAT);
        assert_string_equal(dn_last_error(), expected);
    }
}

/* DICOM has its mark after 128 bytes of anything. */
static void damaged_dicom_is_named(void **state)
{
    (void)state;
    char data[200] = "II*";
    dn_image *image;
    memcpy(data + 128, "DICM", sizeof "DICM");
    assert_int_equal(dn_image_decode(data, sizeof data, "p", NULL, &image), DN_ERROR_FORMAT);
    assert_string_equal(dn_last_error(), "p: the DICOM file is damaged: it ends within an element");
}

static void expect_limit(const unsigned char *data, size_t size)
{
    dn_image *image;
    assert_int_equal(decode_copy(data, size, &image), DN_ERROR_LIMIT);
    assert_non_null(strstr(dn_last_error(), "max_pixels"));
}

/* The same with two bytes for the height and for the width. */
static void replace_size(const encoded *file, unsigned char *at, unsigned char first,
                         unsigned char second)
{
    unsigned char kept[4];
    memcpy(kept, at, sizeof kept);
    at[0] = at[2] = first;
    at[1] = at[3] = second;
    expect_limit(file->data, file->size);
    memcpy(at, kept, sizeof kept);
}

/* Headers that promise gigabytes: a PNG of 60000 x 60000, a JPEG of 65500 x
 * 65500, a WebP of 16383 x 16383. */
static void huge_headers_are_refused(void **state)
{
    (void)state;
    static const unsigned char png[] = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xea\x60\0\0\xea\x60\x08"
                                       "\x02\0\0\0\x0f\xb0\xe2\x15\0\0\0\0IDAT\x35\xaf\x06\x1e";
    expect_limit(png, sizeof png - 1);

    encoded jpeg = kinds[0].file, webp = kinds[4].file;
    unsigned char *frame = memmem(jpeg.data, jpeg.size, "\xff\xc0", 2);
    assert_non_null(frame);
    replace_size(&jpeg, frame + 5, 0xff, 0xdc);

    unsigned char *key = memmem(webp.data, webp.size, "\x9d\x01\x2a", 3);
    assert_non_null(key);
    replace_size(&webp, key + 3, 0xff, 0x3f);
}

static void limit_is_the_callers(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        dn_image *image;
        dn_image_limits limits = {.struct_size = sizeof limits, .max_pixels = WIDTH * HEIGHT - 1};
        const encoded *file = &kinds[i].file;
        assert_int_equal(dn_image_decode(file->data, file->size, "p", &limits, &image),
                         DN_ERROR_LIMIT);
        limits.max_pixels++;
        assert_int_equal(dn_image_decode(file->data, file->size, "p", &limits, &image), DN_OK);
        dn_image_free(image);
    }
}

/* Each scan refines one coefficient by one bit: legal, and slow by design. */
static void endless_scans_are_refused(void **state)
{
    (void)state;
    jpeg_scan_info scans[1 + 63 * 9] = {{1, {0}, 0, 0, 0, 0}};
    int count = 1;
    for (int coefficient = 1; coefficient <= 63; coefficient++)
        for (int bit = 8; bit >= 0; bit--)
            scans[count++] =
                (jpeg_scan_info){1, {0}, coefficient, coefficient, bit == 8 ? 0 : bit + 1, bit};
    unsigned char *grey = draw_picture(16, 16, 1);
    encoded file = encode_jpeg(grey, 16, 16, 1, scans, count);
    dn_image *image;
    assert_int_equal(decode_copy(file.data, file.size, &image), DN_ERROR_LIMIT);
    assert_string_equal(dn_last_error(), "p: the JPEG file has more than 500 scans");
    free(file.data);
    free(grey);
    /* Of larger pictures fewer: each costs a pass over all of it. */
    grey = draw_picture(2048, 2048, 1);
    memset(grey, 128, (size_t)2048 * 2048);
    file = encode_jpeg(grey, 2048, 2048, 1, scans, 300);
    assert_int_equal(decode_copy(file.data, file.size, &image), DN_ERROR_LIMIT);
    assert_string_equal(dn_last_error(), "p: the JPEG file has more than 256 scans");
    free(file.data);
    free(grey);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        assert_true(fail_each_allocation(kinds[i].file.data, kinds[i].file.size) >= 2);
    }
}

/* Headers of 13000x13000 without the data: refused before anything is allocated. */
static void sizes_without_data(void **state)
{
    (void)state;
    static const unsigned char gif[] =
        "GIF89a\xc8\x32\xc8\x32\0\0\0,\0\0\0\0\xc8\x32\xc8\x32\0\x08\1\0";
    static const unsigned char runs[] =
        "BM\0\0\0\0\0\0\0\0\x3a\0\0\0\x28\0\0\0\xc8\x32\0\0\xc8\x32\0\0\1\0\x08\0\1\0\0\0\0\0\0\0"
        "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\1";
    const struct {
        const unsigned char *data;
        size_t size;
    } files[] = {{gif, sizeof gif - 1}, {runs, sizeof runs - 1}};
    for (int i = 0; i < 2; i++) {
        dn_image *image;
        fail_allocation(0);
        dn_status status = dn_image_decode(files[i].data, files[i].size, "p", NULL, &image);
        bool allocated = allocation_failed();
        fail_allocation(-1);
        assert_int_equal(status, DN_ERROR_FORMAT);
        assert_false(allocated);
    }
    unsigned char few[sizeof runs];
    dn_image *image;
    memcpy(few, runs, sizeof runs);
    few[18] = few[22] = 2;
    few[19] = few[23] = 0;
    assert_int_equal(dn_image_decode(few, sizeof runs - 1, "p", NULL, &image), DN_ERROR_FORMAT);
    assert_string_equal(dn_last_error(), "p: the BMP file ends before its last pixel");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_without_data),
        cmocka_unit_test(whole_files),
        cmocka_unit_test(truncated_files_are_refused),
        cmocka_unit_test(jpegs_that_are_marked_as_ended_too_early_are_refused),
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(other_files_are_named),
        cmocka_unit_test(formats_that_are_not_read_are_named),
        cmocka_unit_test(damaged_dicom_is_named),
        cmocka_unit_test(huge_headers_are_refused),
        cmocka_unit_test(limit_is_the_callers),
        cmocka_unit_test(endless_scans_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, draw, erase);
}
