/* SPDX-License-Identifier: MIT */
/* DICOM in memory: what becomes of values, frames, faults, and memory that is not there. What
 * every kind of file decodes to is compared in tests/parity/parity_dicom.py. */
#include "testing.h"

#include "decode_failures.h"
#include "image/preprocess.h"
#include "scratch.h"

#include <zlib.h>

enum { ROWS = 2, COLUMNS = 3, MOST = 2048 };

typedef struct file {
    unsigned char data[MOST];
    size_t size;
} file;

static void put(file *f, const void *bytes, size_t size)
{
    assert_true(f->size + size <= MOST);
    memcpy(f->data + f->size, bytes, size);
    f->size += size;
}

static void put_number(file *f, unsigned value, int size)
{
    for (int i = 0; i < size; i++)
        put(f, &(unsigned char){(unsigned char)(value >> 8 * i)}, 1);
}

static void element(file *f, unsigned group, unsigned tag, const char *vr, const void *value,
                    size_t size)
{
    bool is_long = strcmp(vr, "OB") == 0 || strcmp(vr, "OW") == 0 || strcmp(vr, "SQ") == 0;
    put_number(f, group, 2);
    put_number(f, tag, 2);
    put(f, vr, 2);
    if (is_long)
        put_number(f, 0, 2);
    put_number(f, (unsigned)size, is_long ? 4 : 2);
    if (size < MOST)
        put(f, value, size);
}

static void text(file *f, unsigned group, unsigned tag, const char *vr, const char *value)
{
    element(f, group, tag, vr, value, strlen(value));
}

static void word(file *f, unsigned tag, unsigned value)
{
    const unsigned char bytes[] = {(unsigned char)value, (unsigned char)(value >> 8)};
    element(f, 0x28, tag, "US", bytes, 2);
}

/* Up to the pixels: syntax as it ends, photometric interpretation, samples, bits, frames. */
static file begin(const char *syntax, const char *photometric, unsigned samples, unsigned bits,
                  const char *frames)
{
    file f = {.size = 128};
    char uid[32];
    int length = snprintf(uid, sizeof uid, "1.2.840.10008.1.2%s", syntax);
    uid[length + 1] = '\0';
    put(&f, "DICM", 4);
    element(&f, 2, 0x10, "UI", uid, (size_t)(length + length % 2));
    text(&f, 8, 0x60, "CS", "CR");
    word(&f, 0x02, samples);
    text(&f, 0x28, 0x04, "CS", photometric);
    text(&f, 0x28, 0x08, "IS", frames);
    word(&f, 0x10, ROWS);
    word(&f, 0x11, COLUMNS);
    word(&f, 0x100, bits);
    word(&f, 0x101, bits);
    word(&f, 0x102, bits - 1);
    word(&f, 0x103, 0);
    return f;
}

static void item(file *f, const void *bytes, size_t size)
{
    put(f, "\xfe\xff\x00\xe0", 4);
    put_number(f, (unsigned)size, 4);
    put(f, bytes, size);
}

static const unsigned char pixels[] = {0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6};

static file grey(const char *frames)
{
    file f = begin(".1", "MONOCHROME2 ", 1, 8, frames);
    element(&f, 0x7fe0, 0x10, "OW", pixels, strlen(frames) > 1 ? 12 : 6);
    return f;
}

/* Two fragments, of which the first ends within a segment. */
static file in_fragments(void)
{
    static const unsigned char segment[] = {5, 0, 51, 102, 153, 204, 255, 0};
    unsigned char stream[64 + sizeof segment] = {1, 0, 0, 0, 64};
    memcpy(stream + 64, segment, sizeof segment);
    file f = begin(".5", "MONOCHROME2 ", 1, 8, "1 ");
    element(&f, 0x7fe0, 0x10, "OB", NULL, 0xffffffff);
    item(&f, "", 0);
    item(&f, stream, 68);
    item(&f, stream + 68, sizeof stream - 68);
    put(&f, "\xfe\xff\xdd\xe0\0\0\0\0", 8);
    return f;
}

static file deflated(void)
{
    file whole = grey("1 "), f = begin(".1.99", "MONOCHROME2 ", 1, 8, "1 ");
    size_t meta = 132 + 8 + 22; /* preamble and syntax */
    f.size = meta;
    z_stream stream = {.next_in = whole.data + 132 + 8 + 20,
                       .avail_in = (uInt)(whole.size - 132 - 8 - 20),
                       .next_out = f.data + meta,
                       .avail_out = (uInt)(MOST - meta)};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, 0), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    f.size = MOST - stream.avail_out;
    deflateEnd(&stream);
    return f;
}

static dn_image *decode(const file *f, dn_voi voi, int frame)
{
    dn_image *image = NULL;
    dn_image_limits limits;
    dn_image_defaults(&limits, sizeof limits);
    limits.voi = voi;
    limits.frame = frame;
    limits.window[0] = 102.5f;
    limits.window[1] = 103;
    if (dn_image_decode(f->data, f->size, "p", &limits, &image) != DN_OK)
        fail_msg("%s", dn_last_error());
    return image;
}

static void expect_shades(const file *f, dn_voi voi, int frame, const float *expected)
{
    dn_image *image = decode(f, voi, frame);
    assert_true(image->depth == 32 && image->channels == 1);
    assert_true(image->width == COLUMNS && image->height == ROWS && image->orientation == 0);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        assert_near((double)((float *)image->pixels)[i], (double)expected[i], 1e-6);
    assert_false(dn_image_is_faint(image));
    dn_image_free(image);
}

static void shades(void **state)
{
    (void)state;
    static const float whole[] = {0, 0.2f, 0.4f, 0.6f, 0.8f, 1}, part[] = {0, 0, 0.5f, 1, 1, 1};
    static const float second[] = {1 / 255.f, 2 / 255.f, 3 / 255.f,
                                   4 / 255.f, 5 / 255.f, 6 / 255.f};
    const file one = grey("1 "), two = grey("2 \\1"), pieces = in_fragments(), packed = deflated();
    expect_shades(&one, DN_VOI_AUTO, 0, whole);
    expect_shades(&one, DN_VOI_NONE, 1, whole);
    expect_shades(&one, DN_VOI_WINDOW, 0, part);
    expect_shades(&two, DN_VOI_NONE, 1, whole);
    expect_shades(&two, DN_VOI_NONE, 2, second);
    expect_shades(&pieces, DN_VOI_AUTO, 0, whole);
    expect_shades(&packed, DN_VOI_AUTO, 0, whole);
}

/* What pipelines make of shades: their nearest bytes, or the shades themselves. */
static void pipelines(void **state)
{
    (void)state;
    const file f = grey("1 ");
    dn_image *image = decode(&f, DN_VOI_AUTO, 0);
    dn_preprocess preprocess = {0};
    float tensor[3 * ROWS * COLUMNS];
    unsigned char bytes[3 * ROWS * COLUMNS];
    assert_int_equal(dn_preprocess_parse("none", &preprocess), DN_OK);
    assert_int_equal(dn_preprocess_run(&preprocess, image, tensor), DN_OK);
    for (int i = 0; i < 3 * ROWS * COLUMNS; i++)
        assert_near((double)tensor[i], pixels[i % (ROWS * COLUMNS)] / 255.0, 1e-7);
    assert_int_equal(dn_preprocess_bytes(&preprocess, image, bytes), DN_OK);
    for (int i = 0; i < 3 * ROWS * COLUMNS; i++)
        assert_int_equal(bytes[i], pixels[i / 3]);
    assert_int_equal(dn_preprocess_parse("xrv,resize=0,square=no", &preprocess), DN_OK);
    assert_int_equal(dn_preprocess_run(&preprocess, image, tensor), DN_OK);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        assert_near((double)tensor[i], (pixels[i] * 2 / 255.0 - 1) * 1024, 1e-4);
    dn_bytes_of_samples((const float[]){-1, 0.5f, 7}, 3, 32, bytes);
    assert_true(bytes[0] == 0 && bytes[1] == 128 && bytes[2] == 255);
    image->channels = 3;
    assert_int_equal(dn_preprocess_run(&preprocess, image, tensor), DN_ERROR_ARGUMENT);
    image->channels = 1;
    dn_image_free(image);
}

static void windows_of_pipelines(void **state)
{
    (void)state;
    static const char *const texts[] = {"none,window=40:400", "xrv", "xrv,window=auto",
                                        "torchvision,window=none", "none,window=-0.5:1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        dn_preprocess preprocess = {0};
        dn_image_limits limits;
        char text_again[256];
        assert_int_equal(dn_preprocess_parse(texts[i], &preprocess), DN_OK);
        dn_preprocess_format(&preprocess, text_again, sizeof text_again);
        assert_string_equal(text_again, texts[i]);
        dn_image_defaults(&limits, sizeof limits);
        dn_preprocess_reading(&preprocess, &limits);
        assert_int_equal(limits.voi, preprocess.voi);
    }
    static const char *const wrong[] = {"window=40",     "window=40:",   "window=:400",
                                        "window=40:0.5", "window=1:nan", "window=1:2:3",
                                        "window=window"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        dn_preprocess preprocess = {0};
        assert_int_equal(dn_preprocess_parse(wrong[i], &preprocess), DN_ERROR_ARGUMENT);
    }
}

static void expect_fault(const file *f, const dn_image_limits *limits, dn_status expected,
                         const char *sentence)
{
    dn_image *image;
    assert_int_equal(dn_image_decode(f->data, f->size, "p", limits, &image), expected);
    assert_string_equal(dn_last_error(), sentence);
}

static void faults(void **state)
{
    (void)state;
    file f = grey("2 \\1");
    dn_image_limits limits = {.struct_size = sizeof limits, .frame = 3};
    expect_fault(&f, NULL, DN_ERROR_FORMAT,
                 "p: has 2 frames; one is chosen by its number, as #1 behind the name");
    expect_fault(&f, &limits, DN_ERROR_ARGUMENT, "p: has 2 frames, there is none of number 3");
    limits.frame = -1;
    expect_fault(&f, &limits, DN_ERROR_ARGUMENT,
                 "p: a window is at least 1 wide, a frame counts from 1");
    limits.frame = 0;
    limits.voi = DN_VOI_WINDOW;
    expect_fault(&f, &limits, DN_ERROR_ARGUMENT,
                 "p: a window is at least 1 wide, a frame counts from 1");
    f = begin(".1", "CMYK", 1, 8, "1 ");
    element(&f, 0x7fe0, 0x10, "OW", pixels, 6);
    expect_fault(&f, NULL, DN_ERROR_FORMAT,
                 "p: is a DICOM file of a photometric interpretation that is not read; MONOCHROME1 "
                 "and 2, PALETTE COLOR, RGB, YBR_FULL, YBR_FULL_422, YBR_RCT and YBR_ICT are");
    f = begin(".1", "MONOCHROME2 ", 1, 32, "1 ");
    element(&f, 0x7fe0, 0x08, "OB", pixels, 12);
    expect_fault(&f, NULL, DN_ERROR_FORMAT,
                 "p: is a DICOM file of pixels in floating point, which are not read");
    f = begin(".4.201", "MONOCHROME2 ", 1, 8, "1 ");
    element(&f, 0x7fe0, 0x10, "OB", pixels, 6);
    expect_fault(&f, NULL, DN_ERROR_FORMAT,
                 "p: is a DICOM file compressed by HTJ2K lossless, which is not read");
}

static void every_prefix(void **state)
{
    (void)state;
    const file files[] = {grey("1 "), in_fragments(), deflated()};
    for (int i = 0; i < 3; i++)
        for (size_t size = 0; size < files[i].size - 8; size++) {
            dn_image *image;
            unsigned char *copy = malloc(size + 1); /* whose end the sanitizer watches */
            memcpy(copy, files[i].data, size);
            dn_status status = dn_image_decode(copy, size, "p", NULL, &image);
            free(copy);
            if (status == DN_OK && size < files[i].size - 14)
                fail_msg("%d is read of %zu bytes", i, size);
            if (status == DN_OK)
                dn_image_free(image);
            else
                assert_int_equal(status, DN_ERROR_FORMAT);
        }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const file files[] = {grey("1 "), in_fragments(), deflated()};
    for (int i = 0; i < 3; i++) {
        assert_true(fail_each_allocation(files[i].data, files[i].size) >= 3);
    }
}

static void paths(void **state)
{
    (void)state;
    const file f = grey("2 \\1");
    const char *path = scratch_path("scan.dcm");
    FILE *stream = fopen(path, "wb");
    assert_int_equal(fwrite(f.data, 1, f.size, stream), f.size);
    fclose(stream);
    int frames = 0, frame = 0;
    assert_int_equal(dn_image_frames(path, &frames), DN_OK);
    assert_int_equal(frames, 2);
    assert_int_equal(dn_image_frames("/no/such/picture", &frames), DN_ERROR_IO);
    assert_int_equal(dn_image_path_frame("a/b.dcm#12", &frame), 7);
    assert_int_equal(frame, 12);
    static const char *const plain[] = {"a/b.dcm", "a#1/b", "b#",         "b#0",
                                        "b#01",    "b#1x",  "b#123456789"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        assert_int_equal(dn_image_path_frame(plain[i], &frame), strlen(plain[i]));
        assert_int_equal(frame, 0);
    }
    dn_image *image;
    assert_int_equal(dn_image_read(scratch_path("scan.dcm#2"), NULL, &image), DN_OK);
    assert_near((double)*(float *)image->pixels, 1 / 255.0, 1e-7);
    dn_image_free(image);
    assert_int_equal(dn_image_read(path, NULL, &image), DN_ERROR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shades),
        cmocka_unit_test(pipelines),
        cmocka_unit_test(windows_of_pipelines),
        cmocka_unit_test(faults),
        cmocka_unit_test(every_prefix),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test_setup_teardown(paths, scratch_begin, scratch_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
