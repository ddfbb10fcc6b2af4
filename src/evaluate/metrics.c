/* SPDX-License-Identifier: MIT */
#include "evaluate/metrics.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

dn_status dn_metrics_create(dn_objective objective, int outputs, dn_metrics **out)
{
    dn_metrics *metrics;
    size_t cells;
    if (outputs < 1 || !dn_multiply((size_t)outputs, (size_t)outputs, &cells))
        return dn_fail(DN_ERROR_ARGUMENT, "%d outputs cannot be evaluated", outputs);
    DN_TRY(dn_calloc(1, sizeof *metrics, &metrics));
    metrics->objective = objective;
    metrics->outputs = outputs;
    dn_status status = DN_OK;
    if (objective == DN_OBJECTIVE_CLASSES)
        status = dn_calloc(cells, sizeof *metrics->confusion, &metrics->confusion);
    if (objective == DN_OBJECTIVE_CLASSES && status == DN_OK)
        status = dn_calloc((size_t)outputs, sizeof *metrics->unanswered, &metrics->unanswered);
    if (status == DN_OK)
        *out = metrics;
    else
        dn_metrics_free(metrics);
    return status;
}

void dn_metrics_free(dn_metrics *metrics)
{
    if (!metrics)
        return;
    free(metrics->confusion);
    free(metrics->unanswered);
    free(metrics->scores);
    free(metrics->targets);
    free(metrics);
}

/* Does a rank before b? */
static bool ranks_before(const float *logits, int a, int b)
{
    return logits[a] == logits[b] ? a < b : logits[a] > logits[b];
}

/* Whether their softmax is a number: none is NaN, the largest is finite. */
static bool are_numbers(const float *logits, int outputs)
{
    float largest = -INFINITY;
    for (int i = 0; i < outputs; i++) {
        if (isnan(logits[i]))
            return false;
        largest = logits[i] > largest ? logits[i] : largest;
    }
    return isfinite(largest);
}

static void add_row(dn_metrics *metrics, const float *logits, int class)
{
    int rank = 0, best = 0;
    metrics->samples++;
    if (!are_numbers(logits, metrics->outputs)) {
        metrics->not_numbers++;
        metrics->unanswered[class]++;
        return;
    }
    for (int i = 0; i < metrics->outputs; i++) {
        rank += i != class && ranks_before(logits, i, class);
        if (i != best && !ranks_before(logits, best, i))
            best = i;
    }
    metrics->top1 += rank < 1;
    metrics->top5 += rank < 5;
    metrics->confusion[(size_t) class * (size_t)metrics->outputs + (size_t)best]++;
}

void dn_metrics_add_classes(dn_metrics *metrics, const float *logits, const int *classes, int n)
{
    for (int i = 0; i < n; i++)
        add_row(metrics, logits + (size_t)i * (size_t)metrics->outputs, classes[i]);
}

static dn_status grow(float **array, size_t rows, size_t outputs)
{
    size_t count, bytes;
    if (!dn_multiply(rows, outputs, &count) || !dn_multiply(count, sizeof(float), &bytes))
        return dn_fail_memory(SIZE_MAX);
    float *grown = realloc(*array, bytes);
    if (!grown)
        return dn_fail_memory(bytes);
    *array = grown;
    return DN_OK;
}

dn_status dn_metrics_add_labels(dn_metrics *metrics, const float *logits, const float *targets,
                                int n)
{
    size_t outputs = (size_t)metrics->outputs, rows = (size_t)metrics->samples;
    size_t needed = rows + (size_t)n;
    if (needed > metrics->capacity) {
        size_t capacity = needed > 2 * metrics->capacity ? needed : 2 * metrics->capacity;
        DN_TRY(grow(&metrics->scores, capacity, outputs));
        DN_TRY(grow(&metrics->targets, capacity, outputs));
        metrics->capacity = capacity;
    }
    memcpy(metrics->scores + rows * outputs, logits, (size_t)n * outputs * sizeof(float));
    memcpy(metrics->targets + rows * outputs, targets, (size_t)n * outputs * sizeof(float));
    metrics->samples += n;
    for (size_t row = 0; row < (size_t)n; row++) {
        bool sound = true;
        for (size_t i = 0; i < outputs; i++)
            sound = sound && !isnan(logits[row * outputs + i]);
        metrics->not_numbers += !sound;
    }
    return DN_OK;
}

static void count_class(const dn_metrics *metrics, int output, dn_output_result *result)
{
    size_t outputs = (size_t)metrics->outputs, at = (size_t)output;
    for (size_t i = 0; i < outputs; i++) {
        result->support += metrics->confusion[at * outputs + i];
        result->predicted += metrics->confusion[i * outputs + at];
    }
    result->support += metrics->unanswered[at];
    result->right = metrics->confusion[at * outputs + at];
}

static void count_label(const dn_metrics *metrics, int output, dn_output_result *result)
{
    for (int64_t row = 0; row < metrics->samples; row++) {
        size_t at = (size_t)(row * metrics->outputs + output);
        if (!(metrics->targets[at] >= 0))
            continue;
        bool truth = metrics->targets[at] > 0.5f, said = metrics->scores[at] > 0;
        result->support += truth;
        result->predicted += said;
        result->right += truth && said;
    }
}

static double quotient(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole : NAN;
}

dn_output_result dn_metrics_output(const dn_metrics *metrics, int output)
{
    dn_output_result result = {.auroc = NAN};
    if (metrics->objective == DN_OBJECTIVE_CLASSES)
        count_class(metrics, output, &result);
    else
        count_label(metrics, output, &result);
    result.precision = quotient(result.right, result.predicted);
    result.recall = quotient(result.right, result.support);
    result.f1 = quotient(2 * result.right, result.predicted + result.support);
    return result;
}

typedef struct ranked {
    float score;
    bool positive;
} ranked;

static int compare_scores(const void *left, const void *right)
{
    float a = ((const ranked *)left)->score, b = ((const ranked *)right)->score;
    return (a > b) - (a < b);
}

/* The chance that a positive outranks a negative: for each positive the
 * negatives below it, and half of those that tie. */
static double area(ranked *entries, size_t count)
{
    qsort(entries, count, sizeof *entries, compare_scores);
    double below = 0, pairs = 0, positives = 0;
    for (size_t i = 0; i < count;) {
        double tied_positives = 0, tied_negatives = 0;
        float score = entries[i].score;
        for (; i < count && entries[i].score == score; i++) {
            tied_positives += entries[i].positive;
            tied_negatives += !entries[i].positive;
        }
        pairs += tied_positives * (below + tied_negatives / 2);
        below += tied_negatives;
        positives += tied_positives;
    }
    return positives > 0 && below > 0 ? pairs / (positives * below) : NAN;
}

dn_status dn_auroc(const float *scores, const float *targets, size_t count, size_t stride,
                   double *auroc)
{
    ranked *entries;
    size_t used = 0;
    bool sound = true;
    DN_TRY(dn_calloc(count, sizeof *entries, &entries));
    for (size_t i = 0; i < count; i++) {
        float target = targets[i * stride], score = scores[i * stride];
        if (!(target >= 0))
            continue;
        sound = sound && !isnan(score);
        entries[used++] = (ranked){score, target > 0.5f};
    }
    *auroc = sound ? area(entries, used) : NAN;
    free(entries);
    return DN_OK;
}

dn_status dn_metrics_auroc(const dn_metrics *metrics, int output, double *auroc)
{
    if (!metrics->samples) {
        *auroc = NAN;
        return DN_OK;
    }
    return dn_auroc(metrics->scores + output, metrics->targets + output, (size_t)metrics->samples,
                    (size_t)metrics->outputs, auroc);
}
