/* SPDX-License-Identifier: MIT */
#include "reports/quantized_report.h"

#include "base/text.h"
#include "drawing/noise_bars.h"
#include "ui/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Layers that are printed. */
#define WORST 10

bool quantized_add_kept(quantized_report *report, const char *name)
{
    char **grown = realloc(report->kept, ((size_t)report->kept_count + 1) * sizeof *grown);
    if (grown)
        report->kept = grown;
    char *copy = grown ? strdup(name) : NULL;
    if (!copy)
        return complain("out of memory");
    report->kept[report->kept_count++] = copy;
    return true;
}

void quantized_report_free(quantized_report *report)
{
    for (int i = 0; i < report->kept_count; i++)
        free(report->kept[i]);
    free(report->kept);
    layer_noise_free(&report->noise);
    dn_dataset_free(report->test);
    calibration_close(&report->data);
}

static double megabytes(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (double)status.st_size / 1e6 : NAN;
}

static const char *numbers_of(const quantized_report *report)
{
    return quantized_to_bytes(report) ? "bytes" : "bfloat16";
}

static void print_accuracy(const quantized_report *report)
{
    if (report->labels)
        printf("%lld pictures: mean AUROC %.4f in float32, %.4f in %s\n",
               (long long)report->samples, report->before, report->after, numbers_of(report));
    else
        printf("%lld pictures: %.2f%% named right in float32, %.2f%% in %s\n",
               (long long)report->samples, 100 * report->before, 100 * report->after,
               numbers_of(report));
}

static void print_layers(const quantized_report *report)
{
    const layer_noise *noise = &report->noise;
    printf("\n%-28s %s\n", "layer", "signal to noise, the worst first");
    for (size_t i = 0; i < noise->count && i < WORST; i++) {
        double ratio = layer_noise_ratio(&noise->layers[i]);
        if (isfinite(ratio))
            printf("%-28s %5.1f dB\n", noise->layers[i].name, ratio);
    }
    if (noise->count > WORST)
        printf("and %zu more\n", noise->count - WORST);
}

bool quantized_print(const quantized_report *report, const char *output)
{
    const layer_noise *noise = &report->noise;
    double before = megabytes(report->weights);
    print_escaped(stdout, output);
    printf(": %.1f MB", megabytes(output));
    if (isfinite(before)) /* the built-in network has no file */
        printf(", of %.1f MB", before);
    putchar('\n');
    if (report->observed)
        printf("%d picture%s observed\n", report->observed, dn_plural(report->observed));
    else if (quantized_to_bytes(report))
        printf("no pictures: ranges are those that the norms recorded\n");
    for (int i = 0; i < report->kept_count; i++)
        printf("%s%s%s", i ? ", " : "in floats: ", report->kept[i],
               i + 1 == report->kept_count ? "\n" : "");
    if (noise->pictures && noise->logits.count > 0)
        printf("%ld%s compared: logits' error %.1e, the same %s for %.1f%%\n", noise->pictures,
               report->observed ? " of them" : " pictures", logits_distance_error(&noise->logits),
               noise->labels ? "labels" : "class", 100 * logits_distance_agree(&noise->logits));
    if (report->test)
        print_accuracy(report);
    if (noise->count)
        print_layers(report);
    return true;
}

bool quantized_draw(const quantized_report *report, const char *path)
{
    char title[256];
    const char *name = strrchr(report->weights, '/');
    snprintf(title, sizeof title, "%.150s in %s: signal to noise of each layer",
             name ? name + 1 : report->weights, numbers_of(report));
    return noise_bars_write(&report->noise, title, path);
}
