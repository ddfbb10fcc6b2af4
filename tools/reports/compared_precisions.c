/* SPDX-License-Identifier: MIT */
#include "reports/compared_precisions.h"

#include "reports/evaluation_report.h"
#include "reports/logits_distance.h"
#include "reports/number_or_null.h"
#include "ui/report.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool compared_open(const char *names, compared_rows *rows)
{
    *rows = (compared_rows){.names = strdup(names)};
    if (!rows->names)
        return complain("out of memory");
    char *rest = rows->names;
    for (char *name; (name = strsep(&rest, ","));) {
        if (rows->count == COMPARED_MOST)
            return complain("--compare %s: at most %d precisions are expected", names,
                            COMPARED_MOST);
        for (int i = 0; i < rows->count; i++)
            if (strcmp(rows->row[i].precision, name) == 0)
                return complain("--compare %s: %s comes twice", names, name);
        rows->row[rows->count] = (compared_row){.precision = name, .is_first = rows->count == 0};
        rows->count++;
    }
    if (rows->count < 2)
        return complain("--compare %s: two precisions or more are expected, as in f32,bf16", names);
    return true;
}

void compared_close(compared_rows *rows)
{
    for (int i = 0; i < rows->count; i++) {
        dn_evaluation_free(rows->row[i].evaluation);
        free(rows->row[i].logits);
    }
    free(rows->names);
}

void compared_add(const float *logits, int samples, int outputs, void *context)
{
    compared_row *row = context;
    size_t more = (size_t)samples * (size_t)outputs;
    if (row->count + more > row->room) {
        size_t room = 2 * (row->count + more);
        float *grown = realloc(row->logits, room * sizeof *grown);
        row->failed |= !grown;
        if (!grown)
            return;
        row->logits = grown;
        row->room = room;
    }
    memcpy(row->logits + row->count, logits, more * sizeof *logits);
    row->count += more;
}

/* How far a row's answers are from the first's. */
static logits_distance distance_of(const compared_row *first, const compared_row *row)
{
    logits_distance far = {0};
    int outputs = first->evaluation->outputs;
    logits_distance_add(&far, first->logits, row->logits, row->count / (size_t)outputs, outputs,
                        !first->evaluation->confusion);
    return far;
}

static json_t *row_object(const compared_rows *rows, int index)
{
    const dn_evaluation *evaluation = rows->row[index].evaluation;
    json_t *object =
        json_pack("{s:s, s:I, s:o, s:o, s:o}", "precision", evaluation->precision, "samples",
                  (json_int_t)evaluation->samples, "loss", number_or_null(evaluation->loss), "top1",
                  number_or_null(evaluation->top1), "auroc", number_or_null(evaluation->auroc));
    if (!evaluation->confusion)
        json_object_set_new(object, "auroc_labels", json_integer(evaluation->ranked));
    if (index > 0) {
        logits_distance far = distance_of(&rows->row[0], &rows->row[index]);
        json_object_set_new(object, "agree", number_or_null(logits_distance_agree(&far)));
        json_object_set_new(object, "logits_error", number_or_null(logits_distance_error(&far)));
    }
    return object;
}

static void print_json(const compared_rows *rows)
{
    json_t *all = json_array();
    for (int i = 0; i < rows->count; i++)
        json_array_append_new(all, row_object(rows, i));
    json_dumpf(all, stdout, JSON_REAL_PRECISION(10));
    putchar('\n');
    json_decref(all);
}

/* A column of the table; "-" for what is not a number. */
__attribute__((format(printf, 3, 4))) static void print_cell(int width, double value,
                                                             const char *format, ...)
{
    char text[32] = "-";
    va_list values;
    va_start(values, format);
    if (isfinite(value))
        vsnprintf(text, sizeof text, format, values);
    va_end(values);
    printf(" %*s", width, text);
}

static void print_row(const compared_rows *rows, int index)
{
    const dn_evaluation *evaluation = rows->row[index].evaluation;
    double agree = NAN, error = NAN;
    if (index > 0) {
        logits_distance far = distance_of(&rows->row[0], &rows->row[index]);
        agree = logits_distance_agree(&far);
        error = logits_distance_error(&far);
    }
    printf("%-14s", evaluation->precision);
    print_cell(9, evaluation->loss, "%.4f", evaluation->loss);
    if (evaluation->confusion)
        print_cell(9, evaluation->top1, "%.2f%%", 100 * evaluation->top1);
    else
        print_cell(9, evaluation->auroc, "%.4f", evaluation->auroc);
    print_cell(10, agree, "%.2f%%", 100 * agree);
    print_cell(12, error, "%.1e", error);
    putchar('\n');
}

void compared_print(const compared_rows *rows, bool json)
{
    if (json) {
        print_json(rows);
        return;
    }
    const dn_evaluation *exact = rows->row[0].evaluation;
    bool classes = exact->confusion != NULL;
    printf("%lld picture%s; agreement and error of the logits are against %s\n",
           (long long)exact->samples, exact->samples == 1 ? "" : "s", exact->precision);
    if (!classes) {
        char labels[64];
        evaluation_ranked(exact->ranked, exact->outputs, labels, sizeof labels);
        printf("AUROC: the mean %s\n", labels);
    }
    putchar('\n');
    printf("%-14s %9s %9s %10s %12s\n", "precision", "loss", classes ? "top-1" : "AUROC",
           classes ? "same class" : "same labels", "logits' error");
    for (int i = 0; i < rows->count; i++)
        print_row(rows, i);
}
