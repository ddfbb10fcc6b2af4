/* SPDX-License-Identifier: MIT */
#include "reports/input_report.h"

#include "base/text.h"
#include "reports/number_or_null.h"
#include "ui/report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Right pipelines lie below; beyond, the network has not seen such pictures, or its statistics
 * are not those of its weights. */
#define FITS 1.0

static const char *role(const input_trial *trial)
{
    return trial->of.used ? (trial->of.recorded ? "in use, recorded" : "in use")
                          : (trial->of.recorded ? "recorded" : "");
}

static int count_ties(const input_trials *trials)
{
    int ties = 0;
    while (ties < trials->count && trials->rows[ties].ties)
        ties++;
    return ties;
}

static void print_conclusion(const input_trials *trials)
{
    const input_trial *best = &trials->rows[0], *used = &trials->rows[trials->used];
    char text[256];
    dn_preprocess_format(&best->of.preprocess, text, sizeof text);
    if (!used->ties)
        printf("Another pipeline fits clearly better than the one in use: --preprocess %s\n", text);
    else if (count_ties(trials) > 1)
        printf("The pipeline in use cannot be told from the best: those marked = are too near each "
               "other for these pictures.\n");
    else
        printf("The pipeline in use fits best, and clearly.\n");
    if (best->distance > FITS)
        printf("None fits well: training saw other pictures, or the statistics are not those of "
               "these weights.\n");
    if (isinf(best->error))
        printf("One picture cannot say how sure this is.\n");
}

void input_report_print(const char *weights, const input_trials *trials)
{
    print_escaped(stdout, weights);
    printf(": %zu picture%s", trials->pictures, trials->pictures == 1 ? "" : "s");
    if (trials->pictures < trials->listed)
        printf(" of %zu, evenly chosen", trials->listed);
    printf("\n%-57s %17s %17s\n", "", "first maps", "last block");
    printf("  %-55s %8s %8s %8s %8s %9s\n", "scaling", "shift", "log var", "shift", "log var",
           "distance");
    for (int i = 0; i < trials->count; i++) {
        const input_trial *trial = &trials->rows[i];
        printf("%s %-55s %8.3f %8.3f %8.3f %8.3f %9.3f  %s\n", trial->ties ? "=" : " ",
               trial->of.name, trial->stem.shift, trial->stem.spread, trial->last.shift,
               trial->last.spread, trial->distance, role(trial));
    }
    print_conclusion(trials);
}

static json_t *fit_object(const dn_input_fit *fit)
{
    return json_pack("{s:o, s:o}", "shift", number_or_null(fit->shift), "log_variance_ratio",
                     number_or_null(fit->spread));
}

/* Each block's maps, the last included. */
static json_t *blocks_array(const input_trial *trial)
{
    json_t *blocks = json_array();
    for (int block = 1; block <= dn_input_check_blocks(trial->check); block++) {
        dn_input_fit fit = {NAN, NAN};
        dn_input_check_fit(trial->check, block, &fit);
        json_array_append_new(blocks, fit_object(&fit));
    }
    return blocks;
}

static json_t *row_object(const input_trial *trial)
{
    char text[256];
    dn_preprocess_format(&trial->of.preprocess, text, sizeof text);
    return json_pack("{s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:b}", "name", trial->of.name,
                     "preprocess", text, "in_use", trial->of.used, "recorded", trial->of.recorded,
                     "first_maps", fit_object(&trial->stem), "blocks", blocks_array(trial),
                     "distance", number_or_null(trial->distance), "behind_best",
                     number_or_null(trial->behind), "standard_error", number_or_null(trial->error),
                     "ties", trial->ties);
}

bool input_report_print_json(const char *weights, const input_trials *trials)
{
    char *name = dn_utf8_repair(weights);
    json_t *rows = json_array();
    for (int i = 0; i < trials->count; i++)
        json_array_append_new(rows, row_object(&trials->rows[i]));
    const input_trial *used = &trials->rows[trials->used];
    json_t *object =
        json_pack("{s:s, s:I, s:I, s:I, s:s, s:o}", "weights", name ? name : "", "pictures",
                  (json_int_t)trials->pictures, "unread", (json_int_t)trials->unread, "listed",
                  (json_int_t)trials->listed, "verdict",
                  !used->ties              ? "another"
                  : count_ties(trials) > 1 ? "undecided"
                                           : "best",
                  "pipelines", rows);
    bool written =
        object && json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0;
    putchar('\n');
    json_decref(object);
    free(name);
    return written || complain("the check could not be written as JSON");
}
