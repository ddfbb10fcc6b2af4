/* SPDX-License-Identifier: MIT */
#include "checker.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void describe(check_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(run->shape, sizeof run->shape, format, arguments);
    va_end(arguments);
}

/* Only the first fault of a case is reported; more rarely help. */
void fail(check_run *run, const char *format, ...)
{
    if (run->failed)
        return;
    run->failed = true;
    printf("FAILED %s %s, --seed %llu: %s\n    ", run->kernels->name, run->check,
           (unsigned long long)run->seed, run->shape);
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

/* Of what is not 0: a window that meets only its border says nothing of the size
 * of rounding errors elsewhere. */
static double root_mean_square(const pixel_map *map)
{
    const dn_grid *grid = &map->grid;
    double sum = 0, count = 0;
    for (int image = 0; image < grid->images; image++)
        for (int y = 0; y < grid->height; y++)
            for (int x = 0; x < grid->width; x++)
                for (int c = 0; c < map->channels; c++) {
                    double value = (double)map_pixel(map, image, y, x)[c];
                    if (isfinite(value) && value != 0) {
                        sum += value * value;
                        count++;
                    }
                }
    return count > 0 ? sqrt(sum / count) : 0;
}

static void compare_pixel(check_run *run, const float *actual, const float *expected, int channels,
                          double unit, double tolerance, const char *where)
{
    for (int c = 0; c < channels; c++) {
        double size = fmax(unit, fabs((double)expected[c]));
        double error = fabs((double)actual[c] - (double)expected[c]) / size;
        if (isnan(expected[c]) != isnan(actual[c]) || error > tolerance)
            fail(run, "at %s, channel %d: %.9g, expected %.9g", where, c, (double)actual[c],
                 (double)expected[c]);
        if (error > run->worst)
            run->worst = error;
    }
}

/* Everything outside the grid's channels must be unchanged. */
static void compare_rest(check_run *run, const pixel_map *actual, const pixel_map *before)
{
    pixel_map rest = copy_map(actual);
    const dn_grid *grid = &rest.grid;
    for (int image = 0; image < grid->images; image++)
        for (int y = 0; y < grid->height; y++)
            for (int x = 0; x < grid->width; x++)
                memcpy(map_pixel(&rest, image, y, x), map_pixel(before, image, y, x),
                       (size_t)rest.channels * sizeof(float));
    for (size_t i = 0; i < rest.size; i++)
        if (memcmp(rest.memory + i, before->memory + i, sizeof(float)) != 0) {
            fail(run, "%td floats from the first output: overwritten",
                 rest.memory + i - grid->data);
            break;
        }
    free_map(&rest);
}

void compare_maps(check_run *run, const pixel_map *actual, const pixel_map *expected,
                  const pixel_map *before, double tolerance)
{
    const dn_grid *grid = &expected->grid;
    double unit = root_mean_square(expected);
    if (unit <= 0)
        unit = 1;
    for (int image = 0; image < grid->images; image++)
        for (int y = 0; y < grid->height; y++)
            for (int x = 0; x < grid->width; x++) {
                char where[64];
                snprintf(where, sizeof where, "image %d, y %d, x %d", image, y, x);
                compare_pixel(run, map_pixel(actual, image, y, x), map_pixel(expected, image, y, x),
                              expected->channels, unit, tolerance, where);
            }
    compare_rest(run, actual, before);
}

double sum_tolerance(int depth)
{
    return 1e-6 + 3e-7 * sqrt(depth);
}

double stored_tolerance(const dn_kernels *kernels)
{
    return kernels->maps == DN_F32 ? 0 : 0.004;
}

/* What is stored as bfloat16 is off by up to 2^-8 of itself, and so is each packed number of
 * pairs, whose sums may be off by twice as much as those rounded to nearest (simd_bf16.h). */
double tolerance_of(const check_run *run, int depth)
{
    bool pairs = run->kernels->maps != DN_F32 && run->kernels->unit;
    double stored = pairs ? 0.02 : stored_tolerance(run->kernels);
    return stored + (pairs ? 2 : 1) * sum_tolerance(depth);
}

void compare_splits(check_run *run, const pixel_map *first, const pixel_map *second)
{
    for (size_t i = 0; i < first->size; i++)
        if (memcmp(first->memory + i, second->memory + i, sizeof(float)) != 0) {
            fail(run, "%td floats from the first output: other bits under another split",
                 first->memory + i - first->grid.data);
            return;
        }
}

void pack_all(const dn_kernels *kernels, dn_window_form form, const dn_weights *weights, float *out)
{
    for (int piece = 0; piece < dn_pack_pieces(form, weights); piece++)
        dn_pack_piece(kernels, form, weights, piece, out);
}

dn_dtype pick_type(check_run *run)
{
    return run->kernels->maps == DN_F32 && pick(run, 0, 3) ? DN_F32 : DN_BF16;
}

dn_panels empty_panels(const dn_kernels *kernels, dn_dtype type, int depth, int outputs)
{
    return (dn_panels){.type = type,
                       .depth = depth,
                       .outputs = outputs,
                       .unit = type == DN_BF16 ? kernels->unit : 0};
}

size_t panel_floats(const dn_kernels *kernels, const dn_panels *panels)
{
    int rows = dn_panel_rows(panels->depth, panels->unit);
    return dn_panels_size(kernels->lanes, rows, panels->outputs);
}

void pack_weights(const dn_kernels *kernels, dn_window_form form, const dn_panels *panels,
                  const float *weight, int kernel, float *out)
{
    int area = form == DN_WINDOW_WINOGRAD ? 1 : kernel * kernel;
    dn_weights weights = {.data = weight,
                          .outputs = panels->outputs,
                          .channels = panels->depth / area,
                          .kernel = kernel,
                          .factor = 1,
                          .type = panels->type};
    pack_all(kernels, form, &weights, out);
}

dn_work_split new_split(const dn_kernels *kernels, int units, const dn_panels *panels, int runs,
                        int groups)
{
    int count = dn_panel_count(kernels, panels->outputs);
    return (dn_work_split){units, runs, count, groups < count ? groups : count};
}

void run_shuffled(check_run *run, const kernel_work *work)
{
    float *scratch = new_scratch(work->scratch);
    int *order = zeroed((size_t)work->tasks, sizeof *order);
    for (int i = 0; i < work->tasks; i++) {
        int other = pick(run, 0, i);
        order[i] = order[other];
        order[other] = i;
    }
    for (int i = 0; i < work->tasks; i++) {
        spoil_scratch(scratch, work->scratch);
        work->body(work->kernels, work->op, order[i], scratch);
    }
    free(order);
    free(scratch);
}
