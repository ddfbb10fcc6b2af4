/* SPDX-License-Identifier: MIT */
#include "quantise/ranges.h"

#include <math.h>

#define STEPS 255.0

/* Fractions of the widest range that are tried, down to these: of a channel's own, and of one that
 * several channels have in common. */
#define TRIALS 40
#define NARROWEST 0.2
#define NARROWEST_COMMON 0.1

/* The range, or a small one in its place if it has no width by which to divide. */
static dn_range not_empty(dn_range range)
{
    double least = 1e-6 * fmax(1e-6, fmax(fabs(range.low), fabs(range.high)));
    if (!(range.high - range.low > least))
        range.high = range.low + least;
    return range;
}

static double squared_error(double number, dn_range range, double step)
{
    double clipped = fmin(fmax(number, range.low), range.high);
    double rounded = range.low + step * nearbyint((clipped - range.low) / step);
    return (number - rounded) * (number - rounded);
}

/* Numbers within a bin are rounded as often up as down; what is clipped counts in full. */
static double error_of(const dn_histogram *h, double scale, double shift, bool activated,
                       dn_range range)
{
    double step = (range.high - range.low) / STEPS, sum = 0;
    for (int i = 0; i < DN_BINS; i++) {
        if (h->count[i] == 0)
            continue;
        double number = scale * dn_bin_middle(h, i) + shift;
        if (activated && number <= 0)
            continue;
        bool inside = number >= range.low && number <= range.high;
        sum += h->count[i] * (inside ? step * step / 12 : squared_error(number, range, step));
    }
    return sum;
}

/* The better of ranges whose lower or upper end is moved towards the median. */
static dn_range narrowed(const dn_histogram *h, dn_range widest, bool lower)
{
    double middle = dn_histogram_quantile(h, 0.5), least = INFINITY;
    dn_range best = widest;
    for (int trial = 0; trial <= TRIALS; trial++) {
        double share = 1 - (1 - NARROWEST) * trial / TRIALS;
        dn_range tried = widest;
        if (lower)
            tried.low = middle + share * (widest.low - middle);
        else
            tried.high = middle + share * (widest.high - middle);
        tried = not_empty(tried);
        double error = error_of(h, 1, 0, false, tried);
        if (error < least) {
            least = error;
            best = tried;
        }
    }
    return best;
}

dn_range dn_choose_range(const dn_range_rule *rule, const dn_histogram *h)
{
    dn_range widest = {(double)h->least, (double)h->most};
    if (rule->method == DN_RANGE_PERCENTILE) {
        double tail = (100 - rule->percentile) / 200;
        widest = (dn_range){dn_histogram_quantile(h, tail), dn_histogram_quantile(h, 1 - tail)};
    }
    widest = not_empty(widest);
    if (rule->method != DN_RANGE_MSE)
        return widest;
    return narrowed(h, narrowed(h, widest, true), false);
}

/* ---- several channels ---- */

static dn_range range_of_part(const dn_range_rule *rule, const dn_range_part *part)
{
    double tail = rule->method == DN_RANGE_PERCENTILE ? (100 - rule->percentile) / 200 : 0;
    double a = part->scale * dn_histogram_quantile(part->histogram, tail) + part->shift;
    double b = part->scale * dn_histogram_quantile(part->histogram, 1 - tail) + part->shift;
    return (dn_range){fmin(a, b), fmax(a, b)};
}

dn_range dn_choose_common_range(const dn_range_rule *rule, const dn_range_part *parts, int count,
                                bool activated)
{
    dn_range widest = {0, 0};
    for (int i = 0; i < count; i++) {
        dn_range own = range_of_part(rule, &parts[i]);
        widest.low = activated ? 0 : fmin(widest.low, own.low);
        widest.high = fmax(widest.high, own.high);
    }
    widest = not_empty(widest);
    if (rule->method != DN_RANGE_MSE)
        return widest;
    dn_range best = widest;
    double least = INFINITY;
    for (int trial = 0; trial <= TRIALS; trial++) {
        double share = 1 - (1 - NARROWEST_COMMON) * trial / TRIALS, error = 0;
        dn_range tried = not_empty((dn_range){share * widest.low, share * widest.high});
        for (int i = 0; i < count; i++)
            error += parts[i].weight *
                     error_of(parts[i].histogram, parts[i].scale, parts[i].shift, activated, tried);
        if (error < least) {
            least = error;
            best = tried;
        }
    }
    return best;
}

dn_part_means dn_mean_of_part(const dn_range_part *part, bool activated, double scale, int zero)
{
    const dn_histogram *h = part->histogram;
    dn_part_means sum = {0, 0};
    double all = 0;
    for (int i = 0; i < DN_BINS; i++) {
        double count = h->count[i], number;
        if (count == 0)
            continue;
        number = part->scale * dn_bin_middle(h, i) + part->shift;
        number = activated ? fmax(0, number) : number;
        /* Rounding within a bin takes nothing away on average; clipping does. */
        double low = -zero * scale, high = (255 - zero) * scale;
        sum.exact += count * number;
        sum.rounded += count * fmin(fmax(number, low), high);
        all += count;
    }
    return all > 0 ? (dn_part_means){sum.exact / all, sum.rounded / all} : sum;
}
