/* SPDX-License-Identifier: MIT */
#include "quantise/histogram.h"

#include <math.h>
#include <string.h>

/* A first width that holds small numbers well, and grows soon. */
#define FIRST_WIDTH (1.0 / 4096)

/* Twice as wide, with room on the side of the number. */
static void widen(dn_histogram *h, bool below)
{
    double wide[DN_BINS] = {0};
    int shift = below ? DN_BINS / 2 : 0;
    for (int i = 0; i < DN_BINS; i++)
        wide[shift + i / 2] += h->count[i];
    memcpy(h->count, wide, sizeof wide);
    if (below)
        h->first -= DN_BINS * h->width;
    h->width *= 2;
}

/* The first number lies in the middle. */
static void begin(dn_histogram *h, float number)
{
    h->width = FIRST_WIDTH;
    while (h->width < ldexp(fabs((double)number), -20))
        h->width *= 2;
    h->first = (double)number - 0.5 * DN_BINS * h->width;
    h->least = h->most = number;
}

static void add_many(dn_histogram *h, float number, double count)
{
    if (!isfinite(number))
        return;
    if (h->width == 0)
        begin(h, number);
    while ((double)number < h->first)
        widen(h, true);
    while ((double)number >= h->first + DN_BINS * h->width)
        widen(h, false);
    int bin = (int)(((double)number - h->first) / h->width);
    h->count[bin < DN_BINS ? bin : DN_BINS - 1] += count;
    h->least = fminf(h->least, number);
    h->most = fmaxf(h->most, number);
}

void dn_histogram_add(dn_histogram *h, float number)
{
    add_many(h, number, 1);
}

/* Numbers that stand for a normal distribution. */
#define NORMAL_SAMPLES 1000

void dn_histogram_normal(dn_histogram *h, double mean, double deviation, double deviations,
                         bool activated)
{
    memset(h, 0, sizeof *h);
    for (int i = 0; i <= NORMAL_SAMPLES; i++) {
        double t = deviations * (2.0 * i / NORMAL_SAMPLES - 1);
        double number = mean + t * deviation;
        add_many(h, (float)(activated ? fmax(0, number) : number), exp(-t * t / 2));
    }
}

double dn_histogram_quantile(const dn_histogram *h, double share)
{
    double all = 0, below = 0;
    for (int i = 0; i < DN_BINS; i++)
        all += h->count[i];
    for (int i = 0; i < DN_BINS; i++) {
        double count = h->count[i];
        if (count > 0 && below + count >= share * all) {
            double within = fmax(0, share * all - below) / count;
            double number = h->first + (i + within) * h->width;
            return fmin(fmax(number, (double)h->least), (double)h->most);
        }
        below += count;
    }
    return (double)h->most;
}
