/* SPDX-License-Identifier: MIT */
#include "reports/predictions.h"

#include "base/text.h"
#include "files/csv_field.h"
#include "reports/number_or_null.h"
#include "ui/report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Of an output whose operating point is not a number: what it would be given, 0.5, means nothing.
 */
static const char not_trained[] = "not trained";

const char *prediction_label(const dn_model *model, int output)
{
    static char number[16];
    const char *label = dn_model_label(model, output);
    if (label && label[0])
        return label;
    if (dn_model_arch(model)->classes == 1)
        return "yes";
    if (label && dn_model_objective(model) == DN_OBJECTIVE_LABELS)
        return NULL;
    snprintf(number, sizeof number, "%d", output);
    return number;
}

bool prediction_untrained(const dn_model *model, int output)
{
    const float *thresholds = dn_model_thresholds(model);
    return thresholds && dn_model_objective(model) == DN_OBJECTIVE_LABELS &&
           isnan(thresholds[output]);
}

static int by_probability(const void *a, const void *b)
{
    const prediction *x = a, *y = b;
    if (x->untrained != y->untrained)
        return x->untrained - y->untrained;
    if (x->probability != y->probability)
        return x->probability < y->probability ? 1 : -1;
    return x->output - y->output;
}

static int by_output(const void *a, const void *b)
{
    const prediction *x = a, *y = b;
    return x->output - y->output;
}

bool all_finite(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

int predictions_rank(const dn_model *model, const float *probabilities, int most,
                     prediction *ranked)
{
    int classes = dn_model_arch(model)->classes, count = 0;
    bool labels = dn_model_objective(model) == DN_OBJECTIVE_LABELS;
    for (int i = 0; i < classes; i++)
        if (!labels || prediction_label(model, i))
            ranked[count++] = (prediction){.output = i,
                                           .probability = probabilities[i],
                                           .untrained = prediction_untrained(model, i)};
    qsort(ranked, (size_t)count, sizeof *ranked, by_probability);
    for (int i = 0; i < count; i++)
        ranked[i].rank = i + 1;
    if (most)
        return count < most ? count : most;
    qsort(ranked, (size_t)count, sizeof *ranked, by_output);
    return count;
}

int predictions_strongest(const prediction *ranked, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (!ranked[i].untrained &&
            (ranked[best].untrained || ranked[i].probability > ranked[best].probability))
            best = i;
    return best;
}

void predictions_begin(prediction_format format, bool checks)
{
    if (format == PREDICTION_CSV)
        printf("picture,rank,index,label,probability%s,error\n",
               checks ? ",input_distance,foreign" : "");
}

static void print_text(const dn_model *model, const char *picture, const prediction *ranked,
                       int count, const char *heat)
{
    print_escaped(stdout, picture);
    for (int i = 0; i < count; i++) {
        if (ranked[i].untrained)
            printf("\n        -  ");
        else
            printf("\n  %6.2f%%  ", 100 * (double)ranked[i].probability);
        print_escaped(stdout, prediction_label(model, ranked[i].output));
        if (ranked[i].untrained)
            printf(" (%s)", not_trained);
    }
    if (heat) {
        printf("\n  %sheat map: ",
               dn_arch_cam_is_exact(dn_model_arch(model)) ? "" : "gradient-weighted ");
        print_escaped(stdout, heat);
    }
    putchar('\n');
}

/* A file's name or a label may hold any bytes, JSON only UTF-8. */
static void add_text(json_t *object, const char *key, const char *text)
{
    char *repaired = dn_utf8_repair(text);
    json_object_set_new(object, key, json_string(repaired ? repaired : ""));
    free(repaired);
}

static json_t *row_object(const dn_model *model, const prediction *row)
{
    json_t *object = json_object();
    json_object_set_new(object, "index", json_integer(row->output));
    add_text(object, "label", prediction_label(model, row->output));
    json_object_set_new(object, "probability",
                        row->untrained ? json_null() : number_or_null((double)row->probability));
    if (row->untrained)
        add_text(object, "note", not_trained);
    return object;
}

static json_t *fit_object(const dn_input_fit *fit)
{
    json_t *object = json_object();
    json_object_set_new(object, "distance", number_or_null(dn_input_fit_distance(fit)));
    json_object_set_new(object, "foreign", json_boolean(dn_input_fit_is_foreign(fit)));
    return object;
}

/* What the picture is: its path, and the frame of it if it is one of several. */
static json_t *picture_object(const char *picture)
{
    int frame;
    json_t *object = json_object();
    add_text(object, "picture", picture);
    dn_image_path_frame(picture, &frame);
    if (frame)
        json_object_set_new(object, "frame", json_integer(frame));
    return object;
}

static void print_json(const dn_model *model, const char *picture, const prediction *ranked,
                       int count, const prediction_facts *facts)
{
    json_t *rows = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(rows, row_object(model, &ranked[i]));
    json_t *object = picture_object(picture);
    json_object_set_new(object, "predictions", rows);
    json_object_set_new(object, "precision", json_string(facts->precision));
    if (facts->heat)
        add_text(object,
                 dn_arch_cam_is_exact(dn_model_arch(model)) ? "heat_map"
                                                            : "gradient_weighted_heat_map",
                 facts->heat);
    if (facts->fit)
        json_object_set_new(object, "input", fit_object(facts->fit));
    json_dumpf(object, stdout, JSON_REAL_PRECISION(7));
    putchar('\n');
    json_decref(object);
}

static void print_csv(const dn_model *model, const char *picture, const prediction *ranked,
                      int count, const dn_input_fit *fit)
{
    for (int i = 0; i < count; i++) {
        csv_field(stdout, picture);
        printf(",%d,%d,", ranked[i].rank, ranked[i].output);
        csv_field(stdout, prediction_label(model, ranked[i].output));
        putchar(',');
        if (!ranked[i].untrained)
            printf("%.7g", (double)ranked[i].probability);
        if (fit)
            printf(",%.4g,%d", dn_input_fit_distance(fit), dn_input_fit_is_foreign(fit));
        printf(",%s\n", ranked[i].untrained ? not_trained : "");
    }
}

void predictions_print_fault(prediction_format format, const char *picture, const char *fault,
                             bool checks)
{
    if (format == PREDICTION_JSON) {
        json_t *object = picture_object(picture);
        add_text(object, "error", fault);
        json_dumpf(object, stdout, 0);
        putchar('\n');
        json_decref(object);
    } else if (format == PREDICTION_CSV) {
        csv_field(stdout, picture);
        fputs(checks ? ",,,,,,," : ",,,,,", stdout);
        csv_field(stdout, fault);
        putchar('\n');
    }
    flush_answers();
}

void predictions_print(prediction_format format, const dn_model *model, const char *picture,
                       const prediction *ranked, int count, const prediction_facts *facts)
{
    if (format == PREDICTION_JSON)
        print_json(model, picture, ranked, count, facts);
    else if (format == PREDICTION_CSV)
        print_csv(model, picture, ranked, count, facts->fit);
    else
        print_text(model, picture, ranked, count, facts->heat);
    flush_answers();
}
