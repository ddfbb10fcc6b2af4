/* SPDX-License-Identifier: MIT */
#include "drawing/axis.h"

#include <math.h>
#include <stdlib.h>

#define LARGEST 1e300   /* beyond, differences overflow */
#define SMALLEST 1e-290 /* below, steps vanish */
#define NARROWEST 1e-4  /* of the values: ticks have six digits */
#define FAR 10          /* spreads of the inner values within which a value is not an outlier */
#define VALUE_TICKS 5
#define COUNT_TICKS 8
#define MOST_TICKS 40

typedef struct span {
    double low, high;
} span;

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* 1, 2 or 5 times a power of ten, so that about `wanted` steps cover the range. */
static double tick_step(span range, int wanted)
{
    double rough = (range.high - range.low) / wanted, power = pow(10, floor(log10(rough)));
    double share = rough / power;
    return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
}

/* Wide enough for steps that advance and that their labels tell apart. */
static span widened(span range)
{
    double middle = range.low / 2 + range.high / 2, size = fabs(middle);
    double least = fmax(size * NARROWEST, SMALLEST), half = fmax(least, size > 1e3 ? 0 : 0.5);
    if (range.high - range.low >= least)
        return range;
    if (range.high > range.low && size > SMALLEST)
        half = least;
    return (span){middle - half, middle + half};
}

static axis with_ticks(span range, double step)
{
    axis made = {range.low, range.high, ceil(range.low / step - 1e-6) * step, step, 0};
    double count = floor((range.high - made.first) / step + 1e-6) + 1;
    made.ticks = count > MOST_TICKS ? MOST_TICKS : count > 0 ? (int)count : 0;
    return made;
}

static span to_ticks(span range)
{
    double step, before = 0;
    for (int i = 0; i < 4 && (step = tick_step(range, VALUE_TICKS)) != before; i++) {
        range.low = floor(range.low / step + 1e-9) * step;
        range.high = ceil(range.high / step - 1e-9) * step;
        before = step; /* a wider range may need wider steps */
    }
    return range;
}

/* The values that are not outliers, of sorted ones. */
static span inner_range(const double *values, size_t count)
{
    size_t trimmed = count < 3 ? 0 : count / 20 + 1;
    double low = values[trimmed], high = values[count - 1 - trimmed], middle = values[count / 2];
    double spread = FAR * fmax(high - low, fmax(fabs(middle) / 2, SMALLEST));
    size_t first = 0, last = count - 1;
    while (values[first] < low - spread)
        first++;
    while (values[last] > high + spread)
        last--;
    return (span){values[first], values[last]};
}

axis axis_of_values(double *values, size_t count, bool share)
{
    size_t kept = 0;
    double least = share ? 0 : -LARGEST, most = share ? 1 : LARGEST;
    for (size_t i = 0; i < count; i++)
        if (values[i] >= least && values[i] <= most)
            values[kept++] = values[i];
    span range = {0, 1};
    if (kept) {
        qsort(values, kept, sizeof *values, ascending);
        range = share ? (span){values[0], values[kept - 1]} : inner_range(values, kept);
    }
    if (share && range.high - range.low < NARROWEST)
        range = (span){0, 1};
    range = to_ticks(widened(range));
    return with_ticks(range, tick_step(range, VALUE_TICKS));
}

axis axis_of_counts(double low, double high)
{
    if (!(low >= 0 && high <= LARGEST && low <= high))
        low = high = 1;
    if (low <= high / 2 || high - low < NARROWEST * high)
        low = 0;
    span range = widened((span){low, high});
    double step = tick_step(range, COUNT_TICKS);
    return with_ticks(range, range.high - range.low < 1 ? step : fmax(1, step));
}
