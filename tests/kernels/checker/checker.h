/* SPDX-License-Identifier: MIT */
/*
 * Each kernel of each level against the plain C of dn_kernels_reference, on
 * random shapes, strides and alignments; `--bench` times the same kernels on
 * DenseNet-121's shapes.
 */
#ifndef CHECKER_H
#define CHECKER_H

#include "base/random.h"
#include "kernels/gradient.h"
#include "kernels/work_split.h"

typedef struct check_run {
    const dn_kernels *kernels; /* under test */
    const char *check;
    dn_random random;
    uint64_t seed;    /* of the current case */
    char shape[256];  /* the current case, for messages */
    double worst;     /* largest error of the check so far, as compare_maps takes it */
    bool failed;      /* the current case */
    double peak;      /* FMA peak of one core, FLOP/s; benches only */
    double bench_for; /* seconds a bench's shape is timed */
} check_run;

/* A kernel's check: `test` runs one random case, `bench` times real shapes. */
typedef struct kernel_check {
    const char *name;
    void (*test)(check_run *run);
    void (*bench)(check_run *run);
} kernel_check;

extern const kernel_check conv_check, pointwise_check, winograd_check, activate_check,
    max_pool_check, global_pool_check, statistics_check, dropout_check, combine_check,
    norm_gradient_check, pass_back_check, product_check, winograd_gradient_check, pool_rows_check,
    activated_pool_check, pool_gradient_check, activate_rows_check, store_rows_check;

/* Of tables for maps of bytes, of which those with weights of floats have the first
 * KEPT_CHECKS. */
#define BYTE_CHECKS 6
#define KEPT_CHECKS 3
extern const kernel_check byte_checks[BYTE_CHECKS];

/* ---- random choices ---- */

int pick(check_run *run, int low, int high); /* both included */
bool toss(check_run *run);
float value_between(check_run *run, float low, float high);

/* The nearest number that the maps of the table under test can hold. */
float fit_number(const check_run *run, float value);

/* ---- memory ---- */

/* calloc, malloc that end the program when memory does. */
void *zeroed(size_t count, size_t size);
float *random_floats(check_run *run, size_t count, float low, float high);

/* Scratch of exactly `count` floats, filled with NaN before each task. */
float *new_scratch(size_t count);
void spoil_scratch(float *scratch, size_t count);

/* A grid, the memory under it and the margins around it. Gaps between pixels,
 * rows and images, and margins, hold NaN in inputs and random values in
 * outputs; neither may influence a result or change. */
typedef struct pixel_map {
    dn_grid grid;
    int channels;
    float *memory;
    size_t size;
} pixel_map;

typedef struct map_shape {
    int images, height, width, channels;
    int before, after; /* border pixels of zeros above and left, below and right */
    bool dense;        /* pixel_stride == channels */
} map_shape;

pixel_map new_input(check_run *run, const map_shape *shape);
pixel_map new_output(check_run *run, const map_shape *shape);
pixel_map copy_map(const pixel_map *source);
void free_map(pixel_map *map);

float *map_pixel(const pixel_map *map, int image, int y, int x);

/* Makes some values NaN. */
void poison(check_run *run, pixel_map *input);

/* Makes all values -1, 0 or 1: numbers that Winograd's algorithm transforms are exact in float
 * then, so that all round them alike. */
void make_exact(const pixel_map *map);

/* An input and an output as a table has them: the maps themselves, or copies in bfloat16,
 * which all values of an input or output of such a table fit. */
typedef struct table_maps {
    dn_grid input, output;
    pixel_map *made;
    uint16_t *halves[2];
} table_maps;

/* output NULL: none. */
table_maps open_maps(const dn_kernels *kernels, const pixel_map *input, pixel_map *output);

/* A map of one line, as rows of pixels. */
dn_rows float_rows(const pixel_map *map);
dn_map_rows map_rows(const dn_grid *grid);

/* Reads what was made back into the output. */
void close_maps(table_maps *maps);

/* ---- verdicts ---- */

void describe(check_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
void fail(check_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `actual` is within `tolerance` of `expected`, relative to it or to the RMS of
 * everything expected, and NaN exactly where that is NaN; outside the grid's
 * channels it is as `before`. */
void compare_maps(check_run *run, const pixel_map *actual, const pixel_map *expected,
                  const pixel_map *before, double tolerance);

/* For sums of `depth` products in float, in any order. */
double sum_tolerance(int depth);

/* For what a table rounds when it stores it. */
double stored_tolerance(const dn_kernels *kernels);

/* For sums that the table under test stores. */
double tolerance_of(const check_run *run, int depth);

/* After another split of the work into tasks: identical to the bit, everywhere. */
void compare_splits(check_run *run, const pixel_map *first, const pixel_map *second);

/* ---- tasks and timing ---- */

/* An operation as the checker runs it, of the table under test or of the
 * reference. */
typedef void task_body(const dn_kernels *kernels, const void *op, int task, float *scratch);
typedef struct kernel_work {
    const dn_kernels *kernels;
    task_body *body;
    const void *op;
    int tasks;
    size_t scratch; /* floats */
} kernel_work;

/* Floats, or bfloat16; the latter if maps are. */
dn_dtype pick_type(check_run *run);

/* Panels of a convolution's weights, without data, and the floats that hold them. */
dn_panels empty_panels(const dn_kernels *kernels, dn_dtype type, int depth, int outputs);
size_t panel_floats(const dn_kernels *kernels, const dn_panels *panels);

/* All of a convolution's weights, as PyTorch has them, into panels of this type, depth and
 * outputs. */
void pack_weights(const dn_kernels *kernels, dn_window_form form, const dn_panels *panels,
                  const float *weight, int kernel, float *out);
void pack_all(const dn_kernels *kernels, dn_window_form form, const dn_weights *weights,
              float *out);

/* A split of a convolution's units, no finer than its panels. */
dn_work_split new_split(const dn_kernels *kernels, int units, const dn_panels *panels, int runs,
                        int groups);

/* Runs all tasks in random order. */
void run_shuffled(check_run *run, const kernel_work *work);

/* Times all tasks in order, repeatedly, and prints the fastest pass: GFLOP/s
 * and share of peak where flops > 0, else GB/s of `bytes`. */
void time_work(check_run *run, const kernel_work *work, double flops, double bytes);

/* One core's fastest multiply-adds, FLOP/s. */
double measure_peak(const dn_kernels *kernels);

#endif
