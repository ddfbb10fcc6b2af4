/* SPDX-License-Identifier: MIT */
/* Pipelines as text, sizes and crops, scaling. */
#include "allocation.h"
#include "comma_locale.h"

#include <math.h>

static dn_preprocess parsed(const char *specification)
{
    dn_preprocess preprocess;
    memset(&preprocess, 0, sizeof preprocess);
    assert_int_equal(dn_preprocess_parse("none", &preprocess), DN_OK);
    assert_int_equal(dn_preprocess_parse(specification, &preprocess), DN_OK);
    return preprocess;
}

static void named_pipelines(void **state)
{
    (void)state;
    dn_preprocess p = parsed("torchvision");
    assert_true(p.resize == 256 && p.crop == 224 && p.filter == DN_BILINEAR && p.channels == 3);
    assert_true(p.mean[1] == 0.456f && p.std[2] == 0.225f);
    assert_int_equal(parsed("timm").filter, DN_BICUBIC);
    p = parsed("cifar10");
    assert_true(p.resize == 32 && p.crop == 32 && p.std[1] == (float)(62.1 / 255));
    p = parsed("xrv");
    assert_true(p.square_first && p.scaling == DN_SCALE_XRAY && p.channels == 1 && p.crop == 0);
}

static void changes(void **state)
{
    (void)state;
    dn_preprocess p = parsed("torchvision,resize=232,filter=bicubic,mean=0.5:0.25:1,std=2");
    assert_true(p.resize == 232 && p.crop == 224 && p.filter == DN_BICUBIC);
    assert_true(p.mean[0] == 0.5f && p.mean[1] == 0.25f && p.mean[2] == 1);
    assert_true(p.std[0] == 2 && p.std[1] == 2 && p.std[2] == 2);
    assert_int_equal(dn_preprocess_parse("crop=0,square=yes,channels=1,scaling=xray", &p), DN_OK);
    assert_true(p.resize == 232 && p.crop == 0 && p.square_first && p.channels == 1);
    assert_int_equal(p.scaling, DN_SCALE_XRAY);
}

static void two_sides(void **state)
{
    (void)state;
    dn_preprocess p = parsed("torchvision,resize=256x128,crop=240x120");
    assert_true(p.resize == 256 && p.resize_width == 128);
    assert_true(p.crop == 240 && p.crop_width == 120);
    assert_int_equal(dn_preprocess_parse("resize=64,crop=32", &p), DN_OK);
    assert_true(p.resize == 64 && p.resize_width == 0 && p.crop == 32 && p.crop_width == 0);
    p.resize_width = 65537;
    int width = -1, height = -1;
    assert_int_equal(dn_preprocess_size(&p, 9, 9, &width, &height), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "HEIGHTxWIDTH"));
    p.resize = 0;
    p.resize_width = 5;
    assert_int_equal(dn_preprocess_size(&p, 9, 9, &width, &height), DN_ERROR_ARGUMENT);
}

/* Width and height of what the pipeline makes of every picture; 0, 0: of none. */
static void sizes_that_are_fixed(void **state)
{
    (void)state;
    static const struct {
        const char *specification;
        int width, height, side;
    } known[] = {{"torchvision", 224, 224, 224},
                 {"torchvision,resize=256x128", 224, 224, 224},
                 {"none,resize=256x128", 128, 256, 0},
                 {"none,resize=224x224", 224, 224, 224},
                 {"none,resize=256,crop=256x128", 128, 256, 0},
                 {"none,square=yes,resize=20x30", 30, 20, 0},
                 {"xrv", 224, 224, 224},
                 {"none,resize=256", 0, 0, 0},
                 {"none,square=yes", 0, 0, 0},
                 {"none,resize=20x30,fit=cover", 0, 0, 0},
                 {"none,resize=20x30,fit=inside,crop=20x30", 30, 20, 0},
                 {"none", 0, 0, 0}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        dn_preprocess p = parsed(known[i].specification);
        int width = 0, height = 0;
        assert_int_equal(dn_preprocess_fixed_size(&p, &width, &height), known[i].width > 0);
        assert_true(width == known[i].width && height == known[i].height);
        assert_int_equal(dn_preprocess_side(&p), known[i].side);
    }
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const specifications[] = {"",
                                                 "imagenet",
                                                 "torchvision,",
                                                 "torchvision,timm",
                                                 "resize",
                                                 "resize=",
                                                 "resize=-1",
                                                 "resize=65537",
                                                 "resize=1x",
                                                 "resize=x1",
                                                 "resize=0x3",
                                                 "resize=3x0",
                                                 "resize=3x65537",
                                                 "resize=3x4x5",
                                                 "crop=3x-4",
                                                 "channels=1x1",
                                                 "resize=99999999999",
                                                 "crop=1.5",
                                                 "filter=box",
                                                 "filter=bilinea",
                                                 "filter=bilinear|",
                                                 "square=maybe",
                                                 "exif=6",
                                                 "channels=2",
                                                 "channels=4",
                                                 "mean=",
                                                 "mean=1:2",
                                                 "mean=1:2:3:4",
                                                 "mean=nan",
                                                 "std=0",
                                                 "std=-0.5",
                                                 "fit=shrink",
                                                 "pad=grey",
                                                 "std=1:0:1",
                                                 "std=inf",
                                                 "size=3",
                                                 "Crop=3",
                                                 "scaling=unit,xray",
                                                 "torchvision resize=3"};
    for (size_t i = 0; i < sizeof specifications / sizeof *specifications; i++) {
        dn_preprocess before = parsed("timm,crop=7"), after = before;
        assert_int_equal(dn_preprocess_parse(specifications[i], &after), DN_ERROR_ARGUMENT);
        assert_memory_equal(&after, &before, sizeof before);
    }
}

static void expect_round_trip(const dn_preprocess *p)
{
    char text[256], again[256];
    memset(text, '?', sizeof text);
    dn_preprocess_format(p, text, sizeof text);
    assert_true(strlen(text) < sizeof text - 1);
    dn_preprocess read = parsed(text);
    assert_true(read.resize_width == p->resize_width && read.crop_width == p->crop_width);
    assert_true(read.resize == p->resize && read.filter == p->filter && read.crop == p->crop);
    assert_true(read.square_first == p->square_first && read.scaling == p->scaling);
    assert_true(read.fit == p->fit && read.pad_mean == p->pad_mean);
    assert_true(read.channels == p->channels && read.exif_orientation == p->exif_orientation);
    assert_memory_equal(read.mean, p->mean, sizeof p->mean);
    assert_memory_equal(read.std, p->std, sizeof p->std);
    dn_preprocess_format(&read, again, sizeof again);
    assert_string_equal(again, text);
}

static void text_reads_back(void **state)
{
    (void)state;
    static const char *const specifications[] = {
        "torchvision",
        "timm",
        "xrv",
        "keras",
        "none",
        "cifar10",
        "cifar100",
        "torchvision,resize=256x128,crop=0",
        "timm,exif=yes",
        "torchvision,resize=224x224,crop=3x9",
        "xrv,crop=3,square=no,scaling=unit,filter=bilinear",
        "none,mean=1e-38:-3.3333333:0.1,std=7:1e30:2",
        "timm,resize=20x30,fit=cover,pad=mean"};
    for (size_t i = 0; i < sizeof specifications / sizeof *specifications; i++) {
        dn_preprocess p = parsed(specifications[i]);
        expect_round_trip(&p);
        snprintf(p.name, sizeof p.name, "my own");
        expect_round_trip(&p);
    }
    dn_preprocess longest = {.name = "torchvision",
                             .resize = 65536,
                             .filter = DN_GAUSSIAN,
                             .crop = 65535,
                             .square_first = true,
                             .scaling = DN_SCALE_XRAY,
                             .channels = 1,
                             .resize_width = 65536,
                             .crop_width = 65536,
                             .exif_orientation = true,
                             .fit = DN_FIT_INSIDE,
                             .pad_mean = true};
    for (int i = 0; i < 3; i++) {
        longest.mean[i] = -1.17549449e-38f * (float)(i + 1);
        longest.std[i] = -longest.mean[i];
    }
    expect_round_trip(&longest);
    char text[256], small[12];
    dn_preprocess p = parsed("torchvision,resize=232");
    dn_preprocess_format(&p, text, sizeof text);
    assert_string_equal(text, "torchvision,resize=232");
    dn_preprocess_format(&p, small, sizeof small);
    assert_string_equal(small, "torchvision");
}

/* In a locale with a decimal comma, a specification still has decimal points. */
static void locales_do_not_matter(void **state)
{
    (void)state;
    expect_comma();
    dn_preprocess p = parsed("none,mean=0.5:0.25:1");
    expect_round_trip(&p);
    assert_true(strtof("0,5", NULL) == 0.5f);
}

/* torchvision's numbers. */
static void sizes(void **state)
{
    (void)state;
    static const struct {
        const char *specification;
        int width, height, out_width, out_height;
    } known[] = {
        {"torchvision", 500, 375, 224, 224},
        {"torchvision", 1, 60000, 224, 224},
        {"none", 17, 5, 17, 5},
        {"none,resize=256", 500, 375, 341, 256},
        {"none,resize=256", 375, 500, 256, 341},
        {"none,resize=7", 3, 5, 7, 11},
        {"none,crop=9", 3, 50, 9, 9},
        {"xrv", 1000, 700, 224, 224},
        {"xrv,resize=0", 1000, 700, 700, 700},
        {"none,resize=2,crop=1", 1, 1, 1, 1},
        {"none,resize=256x128", 500, 375, 128, 256},
        {"none,resize=7x3", 1, 60000, 3, 7},
        {"none,resize=256x128,crop=300x100", 500, 375, 100, 300},
        {"none,resize=256,crop=200x300", 375, 500, 300, 200},
        {"none,square=yes,resize=20x30", 1000, 700, 30, 20},
        {"none,resize=20x30,fit=cover", 1000, 700, 30, 21},
        {"none,resize=20x30,fit=inside", 1000, 700, 29, 20},
        {"none,square=yes,resize=20x30,fit=inside", 1000, 700, 20, 20},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        dn_preprocess p = parsed(known[i].specification);
        int width, height;
        assert_int_equal(dn_preprocess_size(&p, known[i].width, known[i].height, &width, &height),
                         DN_OK);
        assert_int_equal(width, known[i].out_width);
        assert_int_equal(height, known[i].out_height);
    }
}

static void impossible_requests(void **state)
{
    (void)state;
    int width, height;
    uint8_t pixel = 0;
    float out;
    dn_preprocess p = parsed("none,resize=256");
    assert_int_equal(dn_preprocess_size(&p, 60000, 1, &width, &height), DN_ERROR_LIMIT);
    assert_int_equal(dn_preprocess_size(&p, INT32_MAX, 1, &width, &height), DN_ERROR_LIMIT);
    assert_int_equal(dn_preprocess_size(&p, 0, 1, &width, &height), DN_ERROR_ARGUMENT);
    p = parsed("none");
    dn_image image = {1, 1, 2, 8, &pixel, 0};
    assert_int_equal(dn_preprocess_run(&p, &image, &out), DN_ERROR_ARGUMENT);
    image = (dn_image){1, 1, 1, 12, &pixel, 0};
    assert_int_equal(dn_preprocess_run(&p, &image, &out), DN_ERROR_ARGUMENT);
    image = (dn_image){1, 1, 1, 8, &pixel, 0};
    p.std[1] = 0;
    assert_int_equal(dn_preprocess_run(&p, &image, &out), DN_ERROR_ARGUMENT);
    p = parsed("none");
    p.channels = 2;
    assert_int_equal(dn_preprocess_run(&p, &image, &out), DN_ERROR_ARGUMENT);
}

/* int(round((size - crop) / 2.0)) rounds halves to even; padding rounds down. */
static void crops(void **state)
{
    (void)state;
    static const struct {
        int width, crop;
        float row[5];
    } known[] = {{6, 5, {0, 1, 2, 3, 4}}, {6, 3, {2, 3, 4}},          {6, 1, {2}},
                 {5, 3, {1, 2, 3}},       {2, 5, {-1, 0, 1, -1, -1}}, {3, 5, {-1, 0, 1, 2, -1}}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint8_t pixels[6] = {10, 20, 30, 40, 50, 60};
        dn_image image = {known[i].width, 1, 1, 8, pixels, 0};
        dn_preprocess p = parsed("none,channels=1");
        p.crop = known[i].crop;
        float *tensor = malloc((size_t)(p.crop * p.crop) * sizeof *tensor);
        assert_int_equal(dn_preprocess_run(&p, &image, tensor), DN_OK);
        for (int x = 0; x < p.crop; x++) {
            float row = known[i].row[x];
            float expected = row < 0 ? 0 : (float)pixels[(int)row] / 255;
            assert_true(tensor[(p.crop - 1) / 2 * p.crop + x] == expected);
        }
        free(tensor);
    }
}

static void extreme_pictures(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {60000, 1}, {1, 60000}, {2, 3}, {5000, 2}};
    static const char *const specifications[] = {"torchvision", "timm", "xrv", "cifar10"};
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 4; j++) {
            size_t count = (size_t)sizes[i][0] * (size_t)sizes[i][1] * 3;
            uint8_t *pixels = malloc(count);
            memset(pixels, 200, count);
            dn_image image = {sizes[i][0], sizes[i][1], 3, 8, pixels, 0};
            dn_preprocess p = parsed(specifications[j]);
            int width, height;
            assert_int_equal(dn_preprocess_size(&p, image.width, image.height, &width, &height),
                             DN_OK);
            float *tensor = malloc((size_t)(p.channels * width * height) * sizeof *tensor);
            assert_int_equal(dn_preprocess_run(&p, &image, tensor), DN_OK);
            float middle = tensor[height / 2 * width + width / 2];
            float expected = p.scaling == DN_SCALE_XRAY ? (2 * (200 / 255.0f) - 1) * 1024
                                                        : (200 / 255.0f - p.mean[0]) / p.std[0];
            assert_true(fabsf(middle - expected) <= 1e-6f * fabsf(expected));
            free(tensor);
            free(pixels);
        }
}

static void xrays(void **state)
{
    (void)state;
    uint8_t bytes[3] = {0, 51, 255};
    uint16_t words[3] = {0, 13107, 65535};
    dn_preprocess p = parsed("xrv,resize=0,square=no");
    for (int depth = 8; depth <= 16; depth += 8) {
        float tensor[3];
        dn_image image = {3, 1, 1, depth, depth == 8 ? (void *)bytes : (void *)words, 0};
        assert_int_equal(dn_preprocess_run(&p, &image, tensor), DN_OK);
        assert_true(tensor[0] == -1024 && tensor[2] == 1024);
        assert_true(fabsf(tensor[1] + 614.4f) < 1e-3f);
    }
}

static void colours(void **state)
{
    (void)state;
    uint8_t grey = 100, rgb[3] = {255, 100, 3};
    uint16_t word = 0x64ff;
    float tensor[3];
    dn_image image = {1, 1, 1, 8, &grey, 0};
    dn_preprocess p = parsed("none,mean=0:0.5:1,std=1:2:4");
    for (int depth = 8; depth <= 16; depth += 8) {
        assert_int_equal(dn_preprocess_run(&p, &image, tensor), DN_OK);
        assert_true(tensor[0] == 100 / 255.0f && tensor[1] == (100 / 255.0f - 0.5f) / 2 &&
                    tensor[2] == (100 / 255.0f - 1) / 4);
        image = (dn_image){1, 1, 1, 16, &word, 0};
    }
    image = (dn_image){1, 1, 3, 8, rgb, 0};
    p = parsed("none,channels=1");
    assert_int_equal(dn_preprocess_run(&p, &image, tensor), DN_OK);
    assert_true(tensor[0] == 135 / 255.0f); /* 76.2 + 58.7 + 0.3 */
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static const char *const specifications[] = {"torchvision", "timm,channels=1", "xrv"};
    uint8_t *pixels = calloc(60000, 3);
    float *tensor = malloc(sizeof(float[3][224][224]));
    dn_image image = {300, 200, 3, 8, pixels, 0};
    for (int i = 0; i < 3; i++) {
        dn_preprocess p = parsed(specifications[i]);
        int visited = 0;
        for (;; visited++) {
            fail_allocation(visited);
            dn_status status = dn_preprocess_run(&p, &image, tensor);
            bool failed = allocation_failed();
            fail_allocation(-1);
            assert_int_equal(status, failed ? DN_ERROR_MEMORY : DN_OK);
            if (!failed)
                break;
        }
        assert_true(visited >= 6);
    }
    free(pixels);
    free(tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_pipelines),
        cmocka_unit_test(changes),
        cmocka_unit_test(two_sides),
        cmocka_unit_test(sizes_that_are_fixed),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(text_reads_back),
        comma_test(locales_do_not_matter),
        cmocka_unit_test(sizes),
        cmocka_unit_test(impossible_requests),
        cmocka_unit_test(crops),
        cmocka_unit_test(extreme_pictures),
        cmocka_unit_test(xrays),
        cmocka_unit_test(colours),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
