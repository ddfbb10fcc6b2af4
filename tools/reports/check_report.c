/* SPDX-License-Identifier: MIT */
#include "reports/check_report.h"

#include "base/text.h"
#include "reports/number_or_null.h"
#include "ui/report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

/* The rows of a check, and how many there are of each verdict. */
typedef struct checked {
    dn_agreement *norms;
    int count, verdicts[DN_VERDICT_CONTRADICTS + 1];
    const dn_agreement *first; /* that contradicts; NULL: none does */
} checked;

static bool check(const dn_model *model, checked *made)
{
    *made = (checked){0};
    if (!ok_or_complain(dn_model_check(model, &made->norms, &made->count)))
        return false;
    for (int i = 0; i < made->count; i++) {
        made->verdicts[made->norms[i].verdict]++;
        if (!made->first && made->norms[i].verdict == DN_VERDICT_CONTRADICTS)
            made->first = &made->norms[i];
    }
    return true;
}

bool check_contradicts(const dn_model *model)
{
    checked made;
    bool contradicts = check(model, &made) && made.first;
    dn_free(made.norms);
    return contradicts;
}

static void print_number(double number)
{
    if (isnan(number))
        printf(" %8s", "-");
    else
        printf(" %8.3f", number);
}

static void print_row(const dn_agreement *row)
{
    static const char *const words[] = {"silent", "agrees", "CONTRADICTS"};
    printf("  %-46s", row->norm);
    print_number(row->correlation);
    print_number(row->distance);
    print_number(row->shared);
    printf("  %s\n", words[row->verdict]);
}

static void print_conclusion(const checked *made)
{
    if (made->first && made->first->maker[0])
        printf("What %s recorded is not what %s makes of what comes before: from here on the file "
               "contradicts itself.\n",
               made->first->norm, made->first->maker);
    else if (made->first)
        printf("%s is the first whose statistics contradict those of a norm of the same maps.\n",
               made->first->norm);
    else if (made->verdicts[DN_VERDICT_AGREES] == 0)
        printf("Its statistics were never updated, or in a few steps only: they say nothing.\n");
    else
        printf("Statistics and weights belong together.\n");
}

static void print_scale(const dn_model *model)
{
    dn_input_scale scale;
    if (dn_model_input_scale(model, &scale) != DN_OK)
        return;
    int digits = scale.deviation < 10 ? 2 : 0;
    double mean = fabs(scale.mean) < scale.deviation / 50 ? 0 : scale.mean;
    printf("Pictures were fed with a mean of about %.*f and a deviation of about %.*f: %s.\n",
           digits, mean, digits, scale.deviation, scale.kind ? scale.kind : "no usual scaling");
}

bool check_print(const char *path, const dn_model *model, bool *sound)
{
    checked made;
    if (!check(model, &made))
        return false;
    printf("%s: %d norm%s, %d agree, %d contradict, %d silent\n", path, made.count,
           dn_plural(made.count), made.verdicts[DN_VERDICT_AGREES],
           made.verdicts[DN_VERDICT_CONTRADICTS], made.verdicts[DN_VERDICT_SILENT]);
    printf("  %-46s %8s %8s %8s\n", "norm", "corr", "distance", "shared");
    for (int i = 0; i < made.count; i++)
        print_row(&made.norms[i]);
    print_conclusion(&made);
    if (!made.first)
        print_scale(model);
    *sound = !made.first;
    dn_free(made.norms);
    return true;
}

static json_t *row_of(const dn_agreement *row)
{
    static const char *const words[] = {"silent", "agrees", "contradicts"};
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s}", "norm", row->norm, "maker", row->maker,
                     "correlation", number_or_null(row->correlation), "distance",
                     number_or_null(row->distance), "shared", number_or_null(row->shared),
                     "verdict", words[row->verdict]);
}

/* null where the statistics say nothing, or cannot be believed. */
static json_t *scale_object(const checked *made, const dn_model *model)
{
    dn_input_scale scale;
    if (made->first || dn_model_input_scale(model, &scale) != DN_OK)
        return json_null();
    return json_pack("{s:o, s:o, s:s?}", "mean", number_or_null(scale.mean), "deviation",
                     number_or_null(scale.deviation), "kind", scale.kind);
}

bool check_print_json(const char *path, const dn_model *model, bool *sound)
{
    checked made;
    if (!check(model, &made))
        return false;
    json_t *rows = json_array();
    for (int i = 0; i < made.count; i++)
        json_array_append_new(rows, row_of(&made.norms[i]));
    json_t *object =
        json_pack("{s:s, s:b, s:s?, s:i, s:i, s:i, s:o, s:o}", "file", path, "sound", !made.first,
                  "first_contradiction", made.first ? made.first->norm : NULL, "agree",
                  made.verdicts[DN_VERDICT_AGREES], "contradict",
                  made.verdicts[DN_VERDICT_CONTRADICTS], "silent", made.verdicts[DN_VERDICT_SILENT],
                  "input", scale_object(&made, model), "norms", rows);
    bool written =
        object && json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0;
    putchar('\n');
    json_decref(object);
    *sound = !made.first;
    dn_free(made.norms);
    return written || complain("the check could not be written as JSON");
}
