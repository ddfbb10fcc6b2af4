/* SPDX-License-Identifier: MIT */
#include "reports/bench_rows.h"

#include "ui/report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "block1.layer3" and its siblings share one row: "block1". */
static size_t place_length(const char *place)
{
    return strcspn(place, ".");
}

static bench_step *find_step(bench_row *row, const char *place, const char *kind)
{
    size_t length = place_length(place);
    for (int i = 0; i < row->step_count; i++) {
        bench_step *step = &row->steps[i];
        if (strlen(step->place) == length && memcmp(step->place, place, length) == 0 &&
            strcmp(step->kind, kind) == 0)
            return step;
    }
    bench_step *grown = realloc(row->steps, (size_t)(row->step_count + 1) * sizeof *row->steps);
    if (!grown)
        return NULL;
    row->steps = grown;
    bench_step *step = &row->steps[row->step_count++];
    *step = (bench_step){0};
    snprintf(step->place, sizeof step->place, "%.*s", (int)length, place);
    snprintf(step->kind, sizeof step->kind, "%s", kind);
    return step;
}

void bench_add_step(const dn_step_cost *cost, void *context)
{
    bench_step *step = find_step(context, cost->place, cost->kind);
    if (!step)
        return;
    step->seconds += cost->seconds;
    step->operations += cost->operations;
    step->tasks = cost->tasks;
}

static double processor_now(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

bench_clock bench_start(void)
{
    return (bench_clock){seconds_now(), processor_now()};
}

double bench_stop(bench_row *row, bench_clock started)
{
    double seconds = seconds_now() - started.started,
           processor = processor_now() - started.processor;
    if (row->processor == 0 || processor < row->processor)
        row->processor = processor;
    return seconds;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void bench_set_times(bench_row *row, double *seconds, int count)
{
    qsort(seconds, (size_t)count, sizeof *seconds, by_value);
    row->runs = count;
    row->fastest = seconds[0];
    row->median = (seconds[(count - 1) / 2] + seconds[count / 2]) / 2;
}

static json_t *step_object(const bench_row *row, const bench_step *step)
{
    return json_pack("{s:s, s:s, s:f, s:f, s:i}", "place", step->place, "kind", step->kind, "ms",
                     1e3 * step->seconds / row->runs, "gflops",
                     1e-9 * step->operations / step->seconds, "tasks", step->tasks);
}

static void print_json(const bench_row *row, bool layers)
{
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:b, s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:I}", "name",
        row->name, "precision", row->precision, "kernels", dn_cpu_level(), "train", row->train,
        "batch", row->batch, "height", row->height, "width", row->width, "threads", row->threads,
        "runs", row->runs, "ms_min", 1e3 * row->fastest, "ms_median", 1e3 * row->median,
        "ms_processor", 1e3 * row->processor, "gflops", 1e-9 * row->operations / row->fastest,
        "peak_fraction", row->operations / row->fastest / row->peak, "bytes",
        (json_int_t)row->bytes);
    if (layers) {
        json_t *steps = json_array();
        for (int i = 0; i < row->step_count; i++)
            json_array_append_new(steps, step_object(row, &row->steps[i]));
        json_object_set_new(object, "layers", steps);
    }
    json_dumpf(object, stdout, JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(object);
}

static void print_layers(const bench_row *row)
{
    double total = 0;
    for (int i = 0; i < row->step_count; i++)
        total += row->steps[i].seconds;
    printf("\n%-14s %-14s %9s %7s %9s %7s %6s\n", "place", "kind", "ms", "share", "GFLOP/s", "peak",
           "tasks");
    for (int i = 0; i < row->step_count; i++) {
        const bench_step *step = &row->steps[i];
        printf("%-14s %-14s %9.3f %6.1f%%", step->place, step->kind,
               1e3 * step->seconds / row->runs, 100 * step->seconds / total);
        if (step->operations > 0)
            printf(" %9.1f %6.1f%%", 1e-9 * step->operations / step->seconds,
                   100 * step->operations / step->seconds / row->peak);
        else
            printf(" %9s %7s", "", "");
        printf(" %6d\n", step->tasks);
    }
}

static const char *faster_than_peak(const char *precision)
{
    return strcmp(precision, "int8") == 0 ? "bytes are multiplied in less time"
           : strcmp(precision, "bf16") == 0
               ? "Winograd's convolutions need fewer operations, and bfloat16 takes less time"
               : "Winograd's convolutions need fewer operations";
}

/* Above the peak, which is that of float32 and of the definition's operations, a speed is not a
 * faulty measurement, but not a share of the peak either. */
static void print_speed(const bench_row *row)
{
    double speed = row->operations / row->fastest;
    if (speed <= row->peak)
        printf("%.1f GFLOP/s, %.1f%% of this machine's peak of %.1f; %.1f MB\n", 1e-9 * speed,
               100 * speed / row->peak, 1e-9 * row->peak, 1e-6 * (double)row->bytes);
    else
        printf("%.1f GFLOP/s of the network's definition, more than this machine's peak of %.1f in "
               "float32: %s; %.1f MB\n",
               1e-9 * speed, 1e-9 * row->peak, faster_than_peak(row->precision),
               1e-6 * (double)row->bytes);
}

void bench_print(const bench_row *row, bool json, bool layers)
{
    if (json) {
        print_json(row, layers);
        return;
    }
    printf("%s, %s, %s, %d x %dx%d, %d thread%s, %s kernels: fastest of %d run%s %.2f ms, median "
           "%.2f ms\n",
           row->name, row->train ? "training step" : "forward", row->precision, row->batch,
           row->height, row->width, row->threads, row->threads == 1 ? "" : "s", dn_cpu_level(),
           row->runs, row->runs == 1 ? "" : "s", 1e3 * row->fastest, 1e3 * row->median);
    print_speed(row);
    if (layers)
        print_layers(row);
}

void bench_free(bench_row *row)
{
    free(row->steps);
}
