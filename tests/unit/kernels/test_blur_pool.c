/* SPDX-License-Identifier: MIT */
/* The stem that blurs, against its definition pixel by pixel, in each kind of maps; and its
 * gradient, which is the transpose of what it does. */
#include "testing.h"

#include "base/random.h"
#include "kernels/blur_pool.h"

#define MOST 12
#define CHANNELS 130 /* two whole runs and a rest */

typedef struct example {
    int images, height, width;
    float input[2 * MOST * MOST * CHANNELS], output[2 * MOST * MOST * CHANNELS];
    uint16_t halves[2 * MOST * MOST * CHANNELS], made[2 * MOST * MOST * CHANNELS];
    uint8_t bytes[2 * MOST * MOST * CHANNELS], rounded[2 * MOST * MOST * CHANNELS];
} example;

static dn_grid grid_of(void *address, int images, int height, int width)
{
    dn_grid grid = {.images = images,
                    .height = height,
                    .width = width,
                    .pixel_stride = CHANNELS,
                    .row_stride = (ptrdiff_t)width * CHANNELS,
                    .image_stride = (ptrdiff_t)height * width * CHANNELS};
    grid.address = address;
    return grid;
}

static int at(const example *e, int image, int y, int x, int c)
{
    return ((image * e->height + y) * e->width + x) * CHANNELS + c;
}

static int mirror(int place, int size)
{
    return place < 0 ? -place : place >= size ? 2 * (size - 1) - place : place;
}

static double largest(const example *e, const float *values, int image, int y, int x, int c)
{
    double most = -1e30;
    for (int i = y - 1; i <= y + 1; i++)
        for (int j = x - 1; j <= x + 1; j++)
            if (i >= 0 && j >= 0 && i < e->height && j < e->width)
                most = fmax(most, (double)values[at(e, image, i, j, c)]);
    return most;
}

static double expected(const example *e, const float *values, int image, int y, int x, int c)
{
    double sum = 0;
    for (int i = -1; i <= 1; i++)
        for (int j = -1; j <= 1; j++)
            sum += (2 - abs(i)) * (2 - abs(j)) *
                   largest(e, values, image, mirror(2 * y + i, e->height),
                           mirror(2 * x + j, e->width), c);
    return sum / 16;
}

static example *new_example(int height, int width)
{
    static example made;
    dn_random random = dn_random_seed((uint64_t)(100 * height + width), 0);
    made.images = 2;
    made.height = height;
    made.width = width;
    for (int i = 0; i < 2 * height * width * CHANNELS; i++) {
        made.bytes[i] = (uint8_t)(256 * dn_random_float(&random));
        made.input[i] = 2 * dn_random_float(&random) - 1;
        made.halves[i] = dn_bf16_of_float(made.input[i]);
    }
    return &made;
}

static void run(example *e, dn_dtype maps, void *from, void *to, dn_affine affine)
{
    int down = (e->height + 1) / 2, across = (e->width + 1) / 2;
    dn_blur_pool op = {grid_of(from, e->images, e->height, e->width),
                       grid_of(to, e->images, down, across), CHANNELS, maps, affine};
    for (int task = dn_blur_pool_tasks(&op); task-- > 0;)
        dn_blur_pool_run(&op, task);
}

static void check(const example *e, dn_dtype maps, const float *values, double tolerance)
{
    int down = (e->height + 1) / 2, across = (e->width + 1) / 2;
    for (int image = 0; image < e->images; image++)
        for (int y = 0; y < down; y++)
            for (int x = 0; x < across; x++)
                for (int c = 0; c < CHANNELS; c++) {
                    int place = ((image * down + y) * across + x) * CHANNELS + c;
                    double right = expected(e, values, image, y, x, c);
                    double found = maps == DN_F32    ? (double)e->output[place]
                                   : maps == DN_BF16 ? (double)dn_float_of_bf16(e->made[place])
                                                     : e->rounded[place];
                    assert_true(fabs(found - right) <= tolerance * fmax(fabs(right), 1));
                }
}

static void each_kind_of_maps(void **state)
{
    static float values[2 * MOST * MOST * CHANNELS];
    (void)state;
    for (int height = 2; height <= 7; height++)
        for (int width = 2; width <= 7; width++) {
            example *e = new_example(height, width);
            int count = 2 * height * width * CHANNELS;
            run(e, DN_F32, e->input, e->output, (dn_affine){0});
            check(e, DN_F32, e->input, 1e-6);
            for (int i = 0; i < count; i++)
                values[i] = dn_float_of_bf16(e->halves[i]);
            run(e, DN_BF16, e->halves, e->made, (dn_affine){0});
            check(e, DN_BF16, values, 1.0 / 256);
            for (int i = 0; i < count; i++)
                values[i] = (float)e->bytes[i];
            run(e, DN_U8, e->bytes, e->rounded, (dn_affine){0});
            check(e, DN_U8, values, 0.5);
        }
}

static void norm_and_relu_come_first(void **state)
{
    static float values[2 * MOST * MOST * CHANNELS], scale[CHANNELS], shift[CHANNELS];
    (void)state;
    example *e = new_example(MOST - 1, MOST);
    for (int c = 0; c < CHANNELS; c++) {
        scale[c] = 0.25f * (float)(c % 9 - 4);
        shift[c] = 0.125f * (float)(c % 5 - 2);
    }
    for (int i = 0; i < 2 * e->height * e->width * CHANNELS; i++)
        values[i] = fmaxf(e->input[i] * scale[i % CHANNELS] + shift[i % CHANNELS], 0);
    run(e, DN_F32, e->input, e->output, (dn_affine){.scale = scale, .shift = shift});
    check(e, DN_F32, values, 1e-6);
}

/* NaN counts as the largest, and spreads no further than its windows. */
static void not_a_number(void **state)
{
    (void)state;
    example *e = new_example(MOST, MOST);
    e->input[at(e, 0, 0, 0, 7)] = NAN;
    run(e, DN_F32, e->input, e->output, (dn_affine){0});
    assert_true(isnan(e->output[7]));
    assert_true(!isnan(e->output[6]));
    assert_true(!isnan(e->output[(2 * CHANNELS) + 7]));
}

/* sum(g * blur(x)) is sum(spread(g) * x) where every window has one maximum. */
static void gradient_is_the_transpose(void **state)
{
    static float gradient[MOST * MOST * CHANNELS], passed[MOST * MOST * CHANNELS];
    static float scale[CHANNELS], shift[CHANNELS];
    (void)state;
    for (int c = 0; c < CHANNELS; c++) {
        scale[c] = 1;
        shift[c] = 2;
    }
    for (int height = 2; height <= 6; height++)
        for (int width = 2; width <= 6; width++) {
            example *e = new_example(height, width);
            dn_random random = dn_random_seed(5, 0);
            int down = (height + 1) / 2, across = (width + 1) / 2;
            dn_blur_pool op = {grid_of(e->input, 2, height, width),
                               grid_of(e->output, 2, down, across),
                               CHANNELS,
                               DN_F32,
                               {.scale = scale, .shift = shift}};
            for (int i = 0; i < down * across * CHANNELS; i++)
                gradient[i] = dn_random_float(&random) - 0.5f;
            dn_grid from = grid_of(gradient, 1, down, across),
                    to = grid_of(passed, 1, height, width);
            dn_blur_pool_spread(&op, 1, &from, &to);
            for (int task = 0; task < dn_blur_pool_tasks(&op); task++)
                dn_blur_pool_run(&op, task);
            for (int c = 0; c < CHANNELS; c++) {
                double forward = 0, backward = 0;
                for (int i = 0; i < down * across; i++)
                    forward += (double)gradient[i * CHANNELS + c] *
                               (double)e->output[(down * across + i) * CHANNELS + c];
                for (int i = 0; i < height * width; i++)
                    backward += (double)passed[i * CHANNELS + c] *
                                (double)(e->input[(height * width + i) * CHANNELS + c] + 2);
                assert_true(fabs(forward - backward) < 1e-5);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_maps),
        cmocka_unit_test(norm_and_relu_come_first),
        cmocka_unit_test(not_a_number),
        cmocka_unit_test(gradient_is_the_transpose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
