/* SPDX-License-Identifier: MIT */
#include "run/keep_layers.h"

#include "ui/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool keep(dn_quantiser *quantiser, const char *place, quantized_report *report)
{
    return ok_or_complain(dn_quantiser_keep(quantiser, place)) && quantized_add_kept(report, place);
}

static bool is_kept(const quantized_report *report, const char *place)
{
    for (int i = 0; i < report->kept_count; i++)
        if (strcmp(report->kept[i], place) == 0)
            return true;
    return false;
}

/* The layer that an inner tensor is of: "block1.layer1" of "block1.layer1.bottleneck". */
static void cut_to_layer(char *place)
{
    char *end = strstr(place, ".bottleneck");
    if (end && strcmp(end, ".bottleneck") == 0)
        *end = '\0';
}

bool keep_named_layers(dn_quantiser *quantiser, const char *names, quantized_report *report)
{
    char *copy = names ? strdup(names) : NULL, *rest = copy;
    bool sound = !names || copy || complain("out of memory");
    for (char *name; sound && (name = strsep(&rest, ","));) {
        cut_to_layer(name);
        sound = is_kept(report, name) || keep(quantiser, name, report);
    }
    free(copy);
    return sound;
}

/* Keeps so many more of the worst; false if there are no more, or after a complaint. */
static bool keep_some(dn_quantiser *quantiser, int count, quantized_report *report)
{
    int kept = 0;
    for (size_t i = 0; i < report->noise.count && kept < count; i++) {
        char place[64];
        memcpy(place, report->noise.layers[i].name, sizeof report->noise.layers[i].name);
        cut_to_layer(place);
        if (strcmp(place, "pool") == 0 || is_kept(report, place))
            continue;
        if (!keep(quantiser, place, report))
            return false;
        kept++;
    }
    return kept > 0;
}

/* In points; NaN if what was measured is no number. */
static double drop_of(const quantized_report *report)
{
    return 100 * (report->before - report->after);
}

bool keep_worst_layers(dn_quantiser *quantiser, const dn_model *exact, dn_model *model,
                       double target, quantized_report *report)
{
    if (target < 0)
        return true;
    if (!report->test || isnan(report->before))
        return complain("--target-drop: is measured on labelled data of the network's outputs");
    for (int more = 1; !(drop_of(report) <= target); more *= 2) {
        if (!keep_some(quantiser, more, report))
            return complain("--target-drop %g: accuracy drops by %.2f points with all layers in "
                            "floats",
                            target, drop_of(report));
        if (!ok_or_complain(dn_quantiser_finish(quantiser)) ||
            !quantized_measure(report, exact, model))
            return false;
    }
    return true;
}
