/* SPDX-License-Identifier: MIT */
/* What a network says of a picture, ranked. */
#include "base/status.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_output(const dn_model *model, int output)
{
    return model && output >= 0 && output < dn_model_arch(model)->classes;
}

const char *dn_output_name(const dn_model *model, int output, char *number)
{
    if (!has_output(model, output) || !number)
        return NULL;
    const char *label = dn_model_label(model, output);
    if (label && label[0])
        return label;
    if (dn_model_arch(model)->classes == 1)
        return "yes";
    if (label && dn_model_objective(model) == DN_OBJECTIVE_LABELS)
        return NULL;
    snprintf(number, DN_OUTPUT_NUMBER_SIZE, "%d", output);
    return number;
}

int dn_output_find(const dn_model *model, const char *name)
{
    int count = model && name ? dn_model_arch(model)->classes : 0;
    for (int i = 0; i < count; i++) {
        const char *label = dn_model_label(model, i);
        if (label && label[0] && strcmp(label, name) == 0)
            return i;
    }
    if (!count || !name[0] || name[strspn(name, "0123456789")])
        return -1;
    long number = strtol(name, NULL, 10);
    return number < count ? (int)number : -1;
}

bool dn_output_is_untrained(const dn_model *model, int output)
{
    const float *thresholds = has_output(model, output) ? dn_model_thresholds(model) : NULL;
    return thresholds && dn_model_objective(model) == DN_OBJECTIVE_LABELS &&
           isnan(thresholds[output]);
}

static int by_probability(const void *a, const void *b)
{
    const dn_answer *x = a, *y = b;
    if (x->untrained != y->untrained)
        return x->untrained - y->untrained;
    if (x->probability != y->probability)
        return x->probability < y->probability ? 1 : -1;
    return x->output - y->output;
}

static int by_output(const void *a, const void *b)
{
    const dn_answer *x = a, *y = b;
    return x->output - y->output;
}

int dn_answers_rank(const dn_model *model, const float *probabilities, int most, dn_answer *answers)
{
    if (!model || !probabilities || !answers || most < 0)
        return 0;
    int classes = dn_model_arch(model)->classes, count = 0;
    char number[DN_OUTPUT_NUMBER_SIZE];
    for (int i = 0; i < classes; i++)
        if (dn_output_name(model, i, number))
            answers[count++] = (dn_answer){.output = i,
                                           .probability = probabilities[i],
                                           .untrained = dn_output_is_untrained(model, i)};
    qsort(answers, (size_t)count, sizeof *answers, by_probability);
    for (int i = 0; i < count; i++)
        answers[i].rank = i + 1;
    if (most)
        return count < most ? count : most;
    qsort(answers, (size_t)count, sizeof *answers, by_output);
    return count;
}

int dn_answers_strongest(const dn_answer *answers, int count)
{
    int best = answers && count > 0 ? 0 : -1;
    for (int i = 1; best >= 0 && i < count; i++)
        if (!answers[i].untrained &&
            (answers[best].untrained || answers[i].probability > answers[best].probability))
            best = i;
    return best;
}
