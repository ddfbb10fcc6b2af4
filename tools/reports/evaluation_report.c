/* SPDX-License-Identifier: MIT */
#include "reports/evaluation_report.h"

#include "base/text.h"
#include "drawing/drawing.h"
#include "files/csv_field.h"
#include "files/output.h"
#include "reports/number_or_null.h"
#include "ui/report.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NARROWEST = 24, WIDEST = 60 }; /* the column of names, in characters */

static void print_share(const char *name, double share)
{
    if (!isnan(share))
        printf("%-10s %7.2f%%\n", name, 100 * share);
}

/* An AUROC is not a share of the pictures. */
static void print_auroc(const dn_evaluation *evaluation)
{
    char labels[64];
    evaluation_ranked(evaluation->ranked, evaluation->outputs, labels, sizeof labels);
    if (evaluation->ranked)
        printf("%-10s %8.4f %s\n", "mean AUROC", evaluation->auroc, labels);
    else
        printf("%-10s %8s %s\n", "mean AUROC", "-", labels);
}

/* A share of nothing is not a number. */
static void print_cell(int width, double share)
{
    if (isnan(share))
        printf(" %*s", width + 1, "-");
    else
        printf(" %*.2f%%", width, 100 * share);
}

/* How a name is shown, where it may hold controls; free(). */
static char *shown(const char *label)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (stream)
        print_escaped(stream, label);
    if (stream && fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static size_t shown_characters(const char *label)
{
    char *text = shown(label);
    size_t characters = text ? dn_utf8_characters(text) : 0;
    free(text);
    return characters;
}

/* Of the first column: of the longest name, within reason. */
static int label_width(const dn_evaluation *evaluation, const dn_model *model,
                       const dn_dataset *data)
{
    size_t width = NARROWEST;
    for (int i = 0; i < evaluation->outputs; i++) {
        size_t own = shown_characters(evaluation_label(model, data, i));
        width = own > width ? own : width;
    }
    return (int)(width < WIDEST ? width : WIDEST);
}

/* A longer name has a line of its own. */
static void print_label(const char *label, int width)
{
    size_t characters = shown_characters(label);
    print_escaped(stdout, label);
    if (characters > (size_t)width)
        printf("\n%*s", width, "");
    else
        printf("%*s", width - (int)characters, "");
}

void evaluation_print(const dn_evaluation *evaluation, const dn_model *model,
                      const dn_dataset *data)
{
    bool labels = !evaluation->confusion;
    printf("pictures   %lld", (long long)evaluation->samples);
    if (evaluation->skipped)
        printf(" (%lld could not be read)", (long long)evaluation->skipped);
    if (isfinite(evaluation->loss))
        printf("\nloss       %8.4f\n", evaluation->loss);
    else
        printf("\nloss              -\n");
    print_share("top-1", evaluation->top1);
    if (evaluation->outputs > 5)
        print_share("top-5", evaluation->top5);
    if (labels)
        print_auroc(evaluation);
    if (evaluation->outputs > 40 && !labels)
        return;
    int width = label_width(evaluation, model, data);
    printf("\n%-*s %8s %9s %8s%s\n", width, labels ? "label" : "class", "support", "precision",
           "recall", labels ? "    AUROC" : "");
    for (int i = 0; i < evaluation->outputs; i++) {
        const dn_output_result *result = &evaluation->results[i];
        print_label(evaluation_label(model, data, i), width);
        printf(" %8lld", (long long)result->support);
        print_cell(8, result->precision);
        print_cell(7, result->recall);
        if (labels && isnan(result->auroc))
            printf(" %8s", "-");
        else if (labels)
            printf(" %8.4f", result->auroc);
        putchar('\n');
    }
}

static json_t *ranked_count(const dn_evaluation *evaluation)
{
    return evaluation->confusion ? json_null() : json_integer(evaluation->ranked);
}

static json_t *output_object(const dn_output_result *result, const char *label)
{
    char *repaired = dn_utf8_repair(label);
    json_t *object =
        json_pack("{s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "label", repaired ? repaired : "",
                  "support", (json_int_t)result->support, "predicted",
                  (json_int_t)result->predicted, "right", (json_int_t)result->right, "precision",
                  number_or_null(result->precision), "recall", number_or_null(result->recall), "f1",
                  number_or_null(result->f1), "auroc", number_or_null(result->auroc));
    free(repaired);
    return object;
}

void evaluation_print_json(const dn_evaluation *evaluation, const dn_model *model,
                           const dn_dataset *data)
{
    json_t *outputs = json_array();
    for (int i = 0; i < evaluation->outputs; i++)
        json_array_append_new(
            outputs, output_object(&evaluation->results[i], evaluation_label(model, data, i)));
    char *source = dn_utf8_repair(dn_dataset_source(data));
    json_t *object = json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "data", source ? source : "",
        "precision", evaluation->precision, "samples", (json_int_t)evaluation->samples, "skipped",
        (json_int_t)evaluation->skipped, "not_numbers", (json_int_t)evaluation->not_numbers, "loss",
        number_or_null(evaluation->loss), "top1", number_or_null(evaluation->top1), "top5",
        number_or_null(evaluation->top5), "auroc", number_or_null(evaluation->auroc),
        "auroc_labels", ranked_count(evaluation), "outputs", outputs);
    json_dumpf(object, stdout, JSON_REAL_PRECISION(10));
    putchar('\n');
    json_decref(object);
    free(source);
}

static void csv_number(FILE *stream, double value)
{
    fputc(',', stream);
    if (!isnan(value))
        fprintf(stream, "%.6f", value);
}

static bool finish_csv(output_file *file)
{
    if (!ferror(file->stream))
        return output_commit(file);
    complain("%s: cannot be written: %s", file->path, strerror(errno));
    output_abandon(file);
    return false;
}

bool evaluation_write_outputs(const dn_evaluation *evaluation, const dn_model *model,
                              const dn_dataset *data, const char *path)
{
    output_file file;
    if (!output_create(path, &file))
        return false;
    fputs("label,support,predicted,right,precision,recall,f1,auroc\n", file.stream);
    for (int i = 0; i < evaluation->outputs; i++) {
        const dn_output_result *result = &evaluation->results[i];
        csv_field(file.stream, evaluation_label(model, data, i));
        fprintf(file.stream, ",%lld,%lld,%lld", (long long)result->support,
                (long long)result->predicted, (long long)result->right);
        csv_number(file.stream, result->precision);
        csv_number(file.stream, result->recall);
        csv_number(file.stream, result->f1);
        csv_number(file.stream, result->auroc);
        fputc('\n', file.stream);
    }
    return finish_csv(&file);
}

static bool write_matrix_csv(const dn_evaluation *evaluation, const dn_model *model,
                             const dn_dataset *data, const char *path)
{
    output_file file;
    int n = evaluation->outputs;
    if (!output_create(path, &file))
        return false;
    fputs("truth", file.stream);
    for (int i = 0; i < n; i++) {
        fputc(',', file.stream);
        csv_field(file.stream, evaluation_label(model, data, i));
    }
    for (int i = 0; i < n; i++) {
        fputc('\n', file.stream);
        csv_field(file.stream, evaluation_label(model, data, i));
        for (int j = 0; j < n; j++)
            fprintf(file.stream, ",%u", (unsigned)evaluation->confusion[i * n + j]);
    }
    fputc('\n', file.stream);
    return finish_csv(&file);
}

static bool is_csv(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && strcmp(dot, ".csv") == 0;
}

bool evaluation_confusion_writable(const dn_dataset *data, const char *path)
{
    if (dn_dataset_objective(data) == DN_OBJECTIVE_LABELS)
        return complain("eval: pictures with several labels have no confusion matrix");
    return (is_csv(path) || drawing_name_is_known(path) ||
            complain("%s: the name of a confusion matrix must end in .png, .svg or .csv", path)) &&
           output_is_writable(path);
}

bool evaluation_write_confusion(const dn_evaluation *evaluation, const dn_model *model,
                                const dn_dataset *data, const char *path)
{
    if (is_csv(path))
        return write_matrix_csv(evaluation, model, data, path);
    return evaluation_draw_confusion(evaluation, model, data, path);
}
