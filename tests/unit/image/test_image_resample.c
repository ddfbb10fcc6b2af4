/* SPDX-License-Identifier: MIT */
/* Resampling against its definition in double precision; that the bits are
 * Pillow's is for parity_image.py to say. */
#include "testing.h"

#include "image/resample.h"

#include <math.h>

typedef struct resizing {
    int width, height, full_width, full_height;
} resizing;

static const resizing cases[] = {
    {1, 1, 5, 7},     {1, 1, 1, 1},     {2, 3, 9, 4},    {40, 30, 40, 11}, {40, 30, 13, 30},
    {40, 30, 40, 30}, {41, 29, 17, 12}, {64, 64, 3, 5},  {7, 90, 30, 2},   {33, 5, 34, 6},
    {100, 80, 1, 1},  {12, 9, 80, 70},  {50, 60, 49, 61}};
enum { CASES = sizeof cases / sizeof *cases };

static uint8_t *noise(size_t count)
{
    uint8_t *samples = calloc(count, 1);
    uint32_t random = 3;
    for (size_t i = 0; i < count; i++) {
        random = random * 1664525 + 1013904223;
        samples[i] = (uint8_t)(random >> 24);
    }
    return samples;
}

static uint8_t *resampled(const uint8_t *source, const resizing *sizes, int channels,
                          dn_filter filter, const dn_window *window)
{
    dn_pixels pixels = {.data = source,
                        .stride = (size_t)(sizes->width * channels),
                        .width = sizes->width,
                        .height = sizes->height,
                        .channels = channels};
    uint8_t *out = malloc((size_t)window->width * (size_t)window->height * (size_t)channels);
    assert_int_equal(dn_resample(&pixels, filter, window, out), DN_OK);
    return out;
}

static dn_window whole(const resizing *sizes)
{
    return (dn_window){.full_width = sizes->full_width,
                       .full_height = sizes->full_height,
                       .width = sizes->full_width,
                       .height = sizes->full_height};
}

static double weight(dn_filter filter, double x)
{
    x = fabs(x);
    if (filter == DN_BILINEAR)
        return x < 1 ? 1 - x : 0;
    return x < 1   ? 1.5 * x * x * x - 2.5 * x * x + 1
           : x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2
                   : 0;
}

/* One output sample along an axis of `in` samples. */
static double sampled(dn_filter filter, const double *samples, int in, int out, int index)
{
    double scale = (double)in / out, spread = scale < 1 ? 1 : scale, sum = 0, total = 0;
    for (int i = 0; i < in; i++) {
        double w = weight(filter, (i + 0.5 - (index + 0.5) * scale) / spread);
        sum += w * samples[i];
        total += w;
    }
    return in == out ? samples[index] : sum / total;
}

static double rounded(double sample)
{
    return sample < 0 ? 0 : sample > 255 ? 255 : floor(sample + 0.5);
}

static double expected_at(dn_filter filter, const uint8_t *source, const resizing *sizes, int x,
                          int y)
{
    double column[128], row[128];
    for (int i = 0; i < sizes->height; i++) {
        for (int j = 0; j < sizes->width; j++)
            row[j] = source[i * sizes->width + j];
        column[i] = rounded(sampled(filter, row, sizes->width, sizes->full_width, x));
    }
    return sampled(filter, column, sizes->height, sizes->full_height, y);
}

static void samples_are_weighted_sums(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++)
        for (dn_filter filter = DN_BILINEAR; filter <= DN_BICUBIC; filter++) {
            const resizing *sizes = &cases[i];
            uint8_t *source = noise((size_t)sizes->width * (size_t)sizes->height);
            dn_window window = whole(sizes);
            uint8_t *out = resampled(source, sizes, 1, filter, &window);
            for (int y = 0; y < sizes->full_height; y++)
                for (int x = 0; x < sizes->full_width; x++) {
                    double expected = rounded(expected_at(filter, source, sizes, x, y));
                    double found = out[y * sizes->full_width + x];
                    /* A line's rounding may fall on the other side of a half. */
                    assert_true(fabs(found - expected) <= 1);
                }
            free(out);
            free(source);
        }
}

static void known_samples(void **state)
{
    (void)state;
    static const uint8_t source[] = {0, 255};
    static const uint8_t linear[] = {0, 64, 191, 255}, cubic[] = {0, 53, 202, 255};
    resizing sizes = {2, 1, 4, 1};
    dn_window window = whole(&sizes);
    uint8_t *out = resampled(source, &sizes, 1, DN_BILINEAR, &window);
    assert_memory_equal(out, linear, 4);
    free(out);
    out = resampled(source, &sizes, 1, DN_BICUBIC, &window);
    assert_memory_equal(out, cubic, 4);
    free(out);
}

/* Any part of a picture is what it would be within the whole; three channels
 * are three pictures. */
static void windows_and_channels(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++)
        for (dn_filter filter = DN_BILINEAR; filter <= DN_BICUBIC; filter++) {
            const resizing *sizes = &cases[i];
            size_t count = (size_t)sizes->width * (size_t)sizes->height;
            int wide = sizes->full_width;
            uint8_t *source = noise(count * 3), *plane = malloc(count);
            for (size_t j = 0; j < count; j++)
                plane[j] = source[3 * j + 1];
            dn_window all = whole(sizes), part = all;
            part.x = wide / 3;
            part.y = sizes->full_height / 4;
            part.width = wide - (int)part.x;
            part.height = (sizes->full_height - (int)part.y + 1) / 2;
            uint8_t *grey = resampled(plane, sizes, 1, filter, &all);
            uint8_t *colour = resampled(source, sizes, 3, filter, &part);
            for (int y = 0; y < part.height; y++)
                for (int x = 0; x < part.width; x++)
                    assert_int_equal(colour[(y * part.width + x) * 3 + 1],
                                     grey[(y + part.y) * wide + x + part.x]);
            free(source);
            free(plane);
            free(grey);
            free(colour);
        }
}

static void flat_pictures_stay_flat(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++)
        for (int value = 0; value < 256; value += 51) {
            const resizing *sizes = &cases[i];
            size_t count = (size_t)sizes->width * (size_t)sizes->height * 3;
            uint8_t *source = malloc(count);
            memset(source, value, count);
            dn_window window = whole(sizes);
            uint8_t *out = resampled(source, sizes, 3, DN_BICUBIC, &window);
            for (int j = 0; j < sizes->full_width * sizes->full_height * 3; j++)
                assert_int_equal(out[j], value);
            free(source);
            free(out);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_weighted_sums),
        cmocka_unit_test(known_samples),
        cmocka_unit_test(windows_and_channels),
        cmocka_unit_test(flat_pictures_stay_flat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
