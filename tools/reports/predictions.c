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

bool all_finite(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

void predictions_begin(prediction_format format, bool checks)
{
    if (format == PREDICTION_CSV)
        printf("picture,rank,index,label,probability%s,error\n",
               checks ? ",input_distance,foreign" : "");
}

static void print_text(FILE *stream, const dn_model *model, const char *picture,
                       const dn_answer *ranked, int count, const char *heat)
{
    char number[DN_OUTPUT_NUMBER_SIZE];
    print_escaped(stream, picture);
    for (int i = 0; i < count; i++) {
        if (ranked[i].untrained)
            fprintf(stream, "\n        -  ");
        else
            fprintf(stream, "\n  %6.2f%%  ", 100 * (double)ranked[i].probability);
        print_escaped(stream, dn_output_name(model, ranked[i].output, number));
        if (ranked[i].untrained)
            fprintf(stream, " (%s)", not_trained);
    }
    if (heat) {
        fprintf(stream, "\n  %sheat map: ",
                dn_arch_cam_is_exact(dn_model_arch(model)) ? "" : "gradient-weighted ");
        print_escaped(stream, heat);
    }
    fputc('\n', stream);
}

/* A file's name or a label may hold any bytes, JSON only UTF-8. */
static void add_text(json_t *object, const char *key, const char *text)
{
    char *repaired = dn_utf8_repair(text);
    json_object_set_new(object, key, json_string(repaired ? repaired : ""));
    free(repaired);
}

static json_t *answers_array(const dn_model *model, const dn_answer *ranked, int count)
{
    char *text = NULL;
    json_t *rows = NULL;
    if (ok_or_complain(dn_answers_json(model, ranked, count, &text)))
        rows = json_loads(text, 0, NULL);
    dn_free(text);
    return rows;
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

static void print_json(FILE *stream, const dn_model *model, const char *picture,
                       const dn_answer *ranked, int count, const prediction_facts *facts)
{
    json_t *object = picture_object(picture);
    json_object_set_new(object, "predictions", answers_array(model, ranked, count));
    json_object_set_new(object, "precision", json_string(facts->precision));
    if (facts->heat)
        add_text(object,
                 dn_arch_cam_is_exact(dn_model_arch(model)) ? "heat_map"
                                                            : "gradient_weighted_heat_map",
                 facts->heat);
    if (facts->fit)
        json_object_set_new(object, "input", fit_object(facts->fit));
    json_dumpf(object, stream, JSON_REAL_PRECISION(7));
    fputc('\n', stream);
    json_decref(object);
}

static void print_csv(FILE *stream, const dn_model *model, const char *picture,
                      const dn_answer *ranked, int count, const dn_input_fit *fit)
{
    char number[DN_OUTPUT_NUMBER_SIZE];
    for (int i = 0; i < count; i++) {
        csv_field(stream, picture);
        fprintf(stream, ",%d,%d,", ranked[i].rank, ranked[i].output);
        csv_field(stream, dn_output_name(model, ranked[i].output, number));
        fputc(',', stream);
        if (!ranked[i].untrained)
            fprintf(stream, "%.7g", (double)ranked[i].probability);
        if (fit)
            fprintf(stream, ",%.4g,%d", dn_input_fit_distance(fit), dn_input_fit_is_foreign(fit));
        fprintf(stream, ",%s\n", ranked[i].untrained ? not_trained : "");
    }
}

void predictions_print_fault(FILE *stream, prediction_format format, const char *picture,
                             const char *fault, bool checks)
{
    if (format == PREDICTION_JSON) {
        json_t *object = picture_object(picture);
        add_text(object, "error", fault);
        json_dumpf(object, stream, 0);
        fputc('\n', stream);
        json_decref(object);
    } else if (format == PREDICTION_CSV) {
        csv_field(stream, picture);
        fputs(checks ? ",,,,,,," : ",,,,,", stream);
        csv_field(stream, fault);
        fputc('\n', stream);
    }
}

void predictions_print(FILE *stream, prediction_format format, const dn_model *model,
                       const char *picture, const dn_answer *ranked, int count,
                       const prediction_facts *facts)
{
    if (format == PREDICTION_JSON)
        print_json(stream, model, picture, ranked, count, facts);
    else if (format == PREDICTION_CSV)
        print_csv(stream, model, picture, ranked, count, facts->fit);
    else
        print_text(stream, model, picture, ranked, count, facts->heat);
}
