/* SPDX-License-Identifier: MIT */
/* How much classes, labels and pictures count: --class-weights, --pos-weight, --sampler. */
#include "files/named_numbers.h"
#include "run/train_run.h"
#include "run/train_settings.h"
#include "ui/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMED = 5 };

/* Of each output: how many pictures have it, and how many are known not to. */
typedef struct tally {
    double *positive, *negative;
} tally;

static bool has_labels(const train_run *run)
{
    return dn_dataset_objective(run->whole) == DN_OBJECTIVE_LABELS;
}

static bool count_outputs(const train_run *run, tally *counts)
{
    int outputs = dn_dataset_outputs(run->whole);
    float *target = malloc((size_t)outputs * sizeof *target);
    counts->positive = calloc(2 * (size_t)outputs, sizeof *counts->positive);
    counts->negative = counts->positive ? counts->positive + outputs : NULL;
    for (int i = 0; target && counts->positive && i < dn_dataset_count(run->train); i++) {
        dn_dataset_target(run->train, i, target);
        for (int j = 0; j < outputs; j++) {
            double part = isnan(target[j]) ? 0 : (double)target[j];
            counts->positive[j] += part;
            counts->negative[j] += isnan(target[j]) ? 0 : 1 - part;
        }
    }
    bool sound = (target && counts->positive) || complain("out of memory for weights");
    free(target);
    return sound;
}

/* As scikit-learn's "balanced": all classes together count alike. */
static bool balance_classes(const train_run *run, const tally *counts, double *weights)
{
    int outputs = dn_dataset_outputs(run->whole), count = dn_dataset_count(run->train);
    for (int i = 0; i < outputs; i++) {
        if (counts->positive[i] == 0)
            return complain("train: %s: no picture of \"%s\" is trained on, so nothing can balance "
                            "it",
                            dn_dataset_source(run->whole), dn_dataset_label(run->whole, i));
        weights[i] = count / (outputs * counts->positive[i]);
    }
    return true;
}

/* The positive entries of a label count as much as its negative ones. */
static void balance_labels(const train_run *run, const tally *counts, double *weights)
{
    for (int i = 0; i < dn_dataset_outputs(run->whole); i++) {
        bool both = counts->positive[i] > 0 && counts->negative[i] > 0;
        weights[i] = both ? counts->negative[i] / counts->positive[i] : 1;
    }
}

/* Writes the names of the labels that are true of all pictures, or else of none; returns how many
 * there are. */
static int name_alike(FILE *stream, const train_run *run, const tally *counts, bool all)
{
    int found = 0;
    for (int i = 0; i < dn_dataset_outputs(run->whole); i++) {
        bool positive = counts->positive[i] > 0, negative = counts->negative[i] > 0;
        if ((positive && negative) || positive != all)
            continue;
        fputs(found ? ", "
              : all ? "true of all pictures: "
                    : "true of none of the pictures: ",
              stream);
        fprintf(stream, "\"%s\"", dn_dataset_label(run->whole, i));
        found++;
    }
    return found;
}

/* In one sentence, when the run begins. */
static bool say_alike(const train_run *run, const tally *counts)
{
    char *texts[2] = {NULL, NULL};
    int found[2] = {0, 0};
    size_t size;
    bool sound = true;
    for (int all = 0; all < 2; all++) {
        FILE *stream = open_memstream(&texts[all], &size);
        found[all] = stream ? name_alike(stream, run, counts, all) : 0;
        sound = sound && stream && fclose(stream) == 0;
    }
    int count = found[0] + found[1];
    if (!sound)
        complain("out of memory for the names of labels");
    else if (count)
        complain("%s: %s%s%s; %s the weight 1", dn_dataset_source(run->whole), texts[0],
                 found[0] && found[1] ? "; " : "", texts[1],
                 count == 1 ? "it keeps" : "these keep");
    free(texts[0]);
    free(texts[1]);
    return sound;
}

/* "1,2.5,3"; one number stands for all labels. */
static bool read_list(const train_run *run, const char *option, const char *text, double *weights)
{
    int outputs = dn_dataset_outputs(run->whole), count = 0;
    for (const char *at = text; *at; count++) {
        char number[64], *end;
        size_t length = strcspn(at, ",");
        snprintf(number, sizeof number, "%.*s", (int)length, at);
        double weight = strtod(number, &end);
        if (length == 0 || length >= sizeof number || *end || end == number)
            return complain("train: --%s: \"%s\" is not a list of numbers such as 1,2.5", option,
                            text);
        if (count < outputs)
            weights[count] = weight;
        at += length + (at[length] == ',');
    }
    bool all = has_labels(run) && count == 1;
    for (int i = 1; all && i < outputs; i++)
        weights[i] = weights[0];
    return all || count == outputs ||
           complain("train: --%s has %d number%s, the data %d %s", option, count,
                    count == 1 ? "" : "s", outputs, has_labels(run) ? "labels" : "classes");
}

static bool read_file(const train_run *run, const char *path, double *weights)
{
    const char **names = train_label_names(run->whole);
    bool sound = names && named_numbers_read(path, names, dn_dataset_outputs(run->whole), weights);
    free(names);
    return sound;
}

static bool find_weights(const train_run *run, const char *option, const char *text,
                         double *weights)
{
    bool computed = strcmp(text, has_labels(run) ? "auto" : "balanced") == 0;
    tally counts = {0};
    if (!computed)
        return text[strspn(text, "+-.,0123456789eE")] == '\0'
                   ? read_list(run, option, text, weights)
                   : read_file(run, text, weights);
    bool sound = count_outputs(run, &counts);
    if (sound && has_labels(run)) {
        balance_labels(run, &counts, weights);
        sound = train_chosen.resume || say_alike(run, &counts);
    } else {
        sound = sound && balance_classes(run, &counts, weights);
    }
    free(counts.positive);
    return sound;
}

static bool are_possible(const train_run *run, const char *option, const double *weights)
{
    double sum = 0;
    for (int i = 0; i < dn_dataset_outputs(run->whole); i++) {
        if (!(weights[i] >= 0 && weights[i] <= 1e9))
            return complain("train: --%s: \"%s\" has the weight %g, a number from 0 to 1e9 is "
                            "expected",
                            option, dn_dataset_label(run->whole, i), weights[i]);
        sum += weights[i];
    }
    return sum > 0 || complain("train: --%s: all weights are 0", option);
}

/* Keeps the weights for the trainer, and as text for settings.json. */
static bool keep(train_run *run, const double *weights)
{
    int outputs = dn_dataset_outputs(run->whole);
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    run->output_weights = malloc((size_t)outputs * sizeof *run->output_weights);
    if (!stream || !run->output_weights) {
        if (stream)
            fclose(stream);
        free(text);
        return complain("out of memory for weights");
    }
    for (int i = 0; i < outputs; i++) {
        run->output_weights[i] = (float)weights[i];
        fprintf(stream, "%s%.9g", i ? "," : "", weights[i]);
    }
    bool sound = fclose(stream) == 0 || complain("out of memory for weights");
    sound = sound && train_settings_weights(text); /* which keeps it */
    if (!sound)
        free(text);
    return sound;
}

static bool choose_output_weights(train_run *run)
{
    const char *option = has_labels(run) ? "pos-weight" : "class-weights";
    const char *text = has_labels(run) ? train_chosen.pos_weight : train_chosen.class_weights;
    const char *other = has_labels(run) ? train_chosen.class_weights : train_chosen.pos_weight;
    if (other && strcmp(other, "none") != 0)
        return complain("train: --%s is of %s, and %s has %s; --%s is of these",
                        has_labels(run) ? "class-weights" : "pos-weight",
                        has_labels(run) ? "classes" : "labels", dn_dataset_source(run->whole),
                        has_labels(run) ? "labels" : "classes", option);
    if (!text || strcmp(text, "none") == 0)
        return true;
    double *weights = calloc((size_t)dn_dataset_outputs(run->whole), sizeof *weights);
    bool sound = weights || complain("out of memory for weights");
    sound = sound && find_weights(run, option, text, weights) &&
            are_possible(run, option, weights) && keep(run, weights);
    free(weights);
    return sound;
}

/* Each picture as often as its class is rare: all classes come equally often. */
static bool choose_sample_weights(train_run *run)
{
    if (!train_chosen.sampler || strcmp(train_chosen.sampler, "weighted") != 0)
        return true;
    if (has_labels(run))
        return complain("train: --sampler weighted draws classes equally often, and %s has labels; "
                        "--pos-weight is for these",
                        dn_dataset_source(run->whole));
    int count = dn_dataset_count(run->train);
    tally counts = {0};
    bool sound = count_outputs(run, &counts);
    run->sample_weights = malloc((size_t)count * sizeof *run->sample_weights);
    if (!run->sample_weights)
        sound = complain("out of memory for weights");
    for (int i = 0; sound && i < count; i++)
        run->sample_weights[i] = 1 / counts.positive[dn_dataset_class(run->train, i)];
    free(counts.positive);
    if (sound && run->output_weights && !train_chosen.resume)
        complain("warning: --sampler weighted already shows all classes equally often, and "
                 "--class-weights weigh them once more");
    return sound;
}

bool train_weights_choose(train_run *run)
{
    return choose_output_weights(run) && choose_sample_weights(run);
}

void train_weights_describe(const train_run *run)
{
    int outputs = dn_dataset_outputs(run->whole);
    if (!run->output_weights)
        return;
    const char *has = has_labels(run) ? "with" : "of";
    for (int i = 0; i < outputs && i < MOST_NAMED; i++) {
        tell(i ? ", one %s \"" : "in the loss, a picture %s \"", has);
        print_escaped(stderr, dn_dataset_label(run->whole, i));
        tell(i ? "\" as %.4g" : "\" counts as %.4g", (double)run->output_weights[i]);
    }
    if (outputs > MOST_NAMED)
        tell("; and so on for %d more", outputs - MOST_NAMED);
    tell("\n");
}
