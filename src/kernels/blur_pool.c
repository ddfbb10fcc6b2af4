/* SPDX-License-Identifier: MIT */
#include "kernels/blur_pool.h"

#include "base/arithmetic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Channels that are computed at once. */
#define RUN 64

static int runs(const dn_blur_pool *op)
{
    return dn_ceil_divide(op->channels, RUN);
}

int dn_blur_pool_tasks(const dn_blur_pool *op)
{
    return op->output.images * op->output.height * runs(op);
}

/* Channels of one run, of one image. */
typedef struct run {
    const dn_blur_pool *op;
    int image, first, count;
} run;

static run run_of(const dn_blur_pool *op, int image, int number)
{
    int first = number * RUN;
    return (run){op, image, first, dn_min(op->channels - first, RUN)};
}

/* The stored numbers of a pixel. */
static void load(const run *r, int y, int x, float values[RUN])
{
    const dn_grid *grid = &r->op->input;
    if (r->op->maps == DN_F32) {
        memcpy(values, dn_pixel_at(grid, r->image, y, x) + r->first,
               (size_t)r->count * sizeof *values);
    } else if (r->op->maps == DN_BF16) {
        const uint16_t *from = dn_half_pixel_at(grid, r->image, y, x) + r->first;
        for (int c = 0; c < r->count; c++)
            values[c] = dn_float_of_bf16(from[c]);
    } else {
        const uint8_t *from = dn_byte_pixel_at(grid, r->image, y, x) + r->first;
        for (int c = 0; c < r->count; c++)
            values[c] = (float)from[c];
    }
}

static void store(const run *r, int y, int x, const float values[RUN])
{
    const dn_grid *grid = &r->op->output;
    if (r->op->maps == DN_F32) {
        memcpy(dn_pixel_at(grid, r->image, y, x) + r->first, values,
               (size_t)r->count * sizeof *values);
    } else if (r->op->maps == DN_BF16) {
        uint16_t *to = dn_half_pixel_at(grid, r->image, y, x) + r->first;
        for (int c = 0; c < r->count; c++)
            to[c] = dn_bf16_of_float(values[c]);
    } else {
        uint8_t *to = dn_byte_pixel_at(grid, r->image, y, x) + r->first;
        for (int c = 0; c < r->count; c++)
            to[c] = (uint8_t)lrintf(values[c]);
    }
}

/* A pixel after norm and ReLU. */
static void activate(const run *r, int y, int x, float values[RUN])
{
    const dn_affine *affine = &r->op->affine;
    load(r, y, x, values);
    for (int c = 0; affine->scale && c < r->count; c++) {
        float value = values[c] * affine->scale[r->first + c] + affine->shift[r->first + c];
        values[c] = value < 0 ? 0 : value;
    }
}

/* NaN counts as the largest. */
static void raise_to(const run *r, const float values[RUN], float most[RUN])
{
    for (int c = 0; c < r->count; c++)
        most[c] = values[c] > most[c] || values[c] != values[c] ? values[c] : most[c];
}

/* Where a filter's tap at -1 or `size` reads. */
static int reflected(int place, int size)
{
    return place < 0 ? -place : place >= size ? 2 * (size - 1) - place : place;
}

/* ---- forward ---- */

/* The largest of three rows around each of three rows, of one column. */
typedef struct column {
    float most[3][RUN];
} column;

static void fill_column(const run *r, const int rows[3], int x, column *made)
{
    int height = r->op->input.height;
    float values[RUN];
    for (int i = 0; i < 3; i++) {
        activate(r, rows[i], x, made->most[i]);
        for (int y = rows[i] - 1; y <= rows[i] + 1; y += 2)
            if (y >= 0 && y < height) {
                activate(r, y, x, values);
                raise_to(r, values, made->most[i]);
            }
    }
}

/* The three maxima around column x, blurred downwards. */
static void blur_down(const run *r, const column columns[3], int x, float sums[RUN])
{
    static const float taps[] = {1, 2, 1};
    int width = r->op->input.width;
    float most[RUN];
    memset(sums, 0, RUN * sizeof *sums);
    for (int i = 0; i < 3; i++) {
        memcpy(most, columns[x % 3].most[i], (size_t)r->count * sizeof *most);
        if (x > 0)
            raise_to(r, columns[(x - 1) % 3].most[i], most);
        if (x + 1 < width)
            raise_to(r, columns[(x + 1) % 3].most[i], most);
        for (int c = 0; c < r->count; c++)
            sums[c] += taps[i] * most[c];
    }
}

static void write_pixel(const run *r, int y, int x, float *const sums[3])
{
    float values[RUN];
    for (int c = 0; c < r->count; c++)
        values[c] = (sums[0][c] + 2 * sums[1][c] + sums[2][c]) * 0.0625f;
    store(r, y, x, values);
}

/* Columns from left to right: each is read once, and each output pixel is written as soon as the
 * three sums that it needs are there. */
void dn_blur_pool_run(const dn_blur_pool *op, int task)
{
    int number = task % runs(op), line = task / runs(op);
    int y = line % op->output.height, width = op->input.width;
    const run r = run_of(op, line / op->output.height, number);
    column columns[3];
    float sums[3][RUN];
    int rows[3];
    for (int i = 0; i < 3; i++)
        rows[i] = reflected(2 * y + i - 1, op->input.height);
    fill_column(&r, rows, 0, &columns[0]);
    for (int x = 0; x < width; x++) {
        if (x + 1 < width)
            fill_column(&r, rows, x + 1, &columns[(x + 1) % 3]);
        blur_down(&r, columns, x, sums[x % 3]);
        int left = reflected(x - 2, width); /* of the output pixel whose middle is x - 1 */
        if (x % 2 == 1)
            write_pixel(&r, y, x / 2, (float *[3]){sums[left % 3], sums[(x - 1) % 3], sums[x % 3]});
        else if (x + 1 == width)
            write_pixel(&r, y, x / 2,
                        (float *[3]){sums[(x - 1) % 3], sums[x % 3], sums[(x - 1) % 3]});
    }
}

/* ---- backward ---- */

/* What the filter passes on to the maximum at y, x. */
static void gather(const run *r, const dn_grid *gradient, int y, int x, float passed[RUN])
{
    int height = r->op->input.height, width = r->op->input.width;
    memset(passed, 0, RUN * sizeof *passed);
    for (int i = dn_max(y / 2 - 1, 0); i <= dn_min(y / 2 + 1, gradient->height - 1); i++)
        for (int j = dn_max(x / 2 - 1, 0); j <= dn_min(x / 2 + 1, gradient->width - 1); j++) {
            int down = 0, across = 0;
            for (int k = -1; k <= 1; k++) {
                down += reflected(2 * i + k, height) == y ? 2 - abs(k) : 0;
                across += reflected(2 * j + k, width) == x ? 2 - abs(k) : 0;
            }
            const float *from = dn_pixel_at(gradient, 0, i, j) + r->first;
            for (int c = 0; c < r->count && down && across; c++)
                passed[c] += from[c] * ((float)(down * across) * 0.0625f);
        }
}

/* Adds to the first of the largest pixels around y, x. */
static void pass_on(const run *r, int y, int x, const float passed[RUN], dn_grid *out)
{
    int bottom = dn_min(y + 1, r->op->input.height - 1);
    int right = dn_min(x + 1, r->op->input.width - 1);
    float values[RUN], most[RUN];
    int chosen[RUN] = {0}, number = 0;
    for (int c = 0; c < r->count; c++)
        most[c] = -1; /* below any that is activated */
    for (int i = dn_max(y - 1, 0); i <= bottom; i++)
        for (int j = dn_max(x - 1, 0); j <= right; j++, number++) {
            activate(r, i, j, values);
            for (int c = 0; c < r->count; c++) {
                bool better = values[c] > most[c] || values[c] != values[c];
                chosen[c] = better ? number : chosen[c];
                most[c] = better ? values[c] : most[c];
            }
        }
    number = 0;
    for (int i = dn_max(y - 1, 0); i <= bottom; i++)
        for (int j = dn_max(x - 1, 0); j <= right; j++, number++) {
            float *to = dn_pixel_at(out, 0, i, j) + r->first;
            for (int c = 0; c < r->count; c++)
                to[c] += chosen[c] == number ? passed[c] : 0;
        }
}

void dn_blur_pool_spread(const dn_blur_pool *op, int image, const dn_grid *gradient, dn_grid *out)
{
    float passed[RUN];
    for (int y = 0; y < op->input.height; y++)
        for (int x = 0; x < op->input.width; x++)
            memset(dn_pixel_at(out, 0, y, x), 0, (size_t)op->channels * sizeof(float));
    for (int number = 0; number < runs(op); number++) {
        const run r = run_of(op, image, number);
        for (int y = 0; y < op->input.height; y++)
            for (int x = 0; x < op->input.width; x++) {
                gather(&r, gradient, y, x, passed);
                pass_on(&r, y, x, passed, out);
            }
    }
}
