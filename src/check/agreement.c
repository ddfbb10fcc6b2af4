/* SPDX-License-Identifier: MIT */
#include "check/agreement.h"

#include "base/memory.h"
#include "check/moments.h"

#include <math.h>
#include <stdlib.h>

#define YOUNG 20

bool dn_statistics_are_young(const dn_model *model)
{
    return model->batches_tracked > 0 && model->batches_tracked < YOUNG;
}

bool dn_norm_recorded(const dn_model *model, const dn_node *node)
{
    const float *mean = model->tensors[node->norm + 2], *variance = model->tensors[node->norm + 3];
    for (int c = 0; c < node->in; c++)
        if (mean[c] != 0 || variance[c] != 1)
            return true;
    return false;
}

const dn_node *dn_first_reader(const dn_graph *graph, const dn_node *node)
{
    const dn_node *end = graph->nodes + graph->node_count;
    for (const dn_node *reader = node + 1; reader < end && node->target != DN_NONE; reader++)
        if (reader->source == node->target && reader->in >= node->target_channel + node->out)
            return reader;
    return NULL;
}

/* What a norm recorded of the channels that are held against predictions. */
typedef struct record {
    const float *mean, *variance;
    int count;
    double epsilon;
} record;

static double predicted_at(const dn_predicted *of, double inside)
{
    return of->middle + inside * of->beside + inside * inside * of->corners;
}

static double square_distance(const record *norm, const dn_predicted *predicted, double inside)
{
    double sum = 0;
    for (int c = 0; c < norm->count; c++) {
        double apart = predicted_at(&predicted[c], inside) - (double)norm->mean[c];
        sum += apart * apart / ((double)norm->variance[c] + norm->epsilon);
    }
    return sum / norm->count;
}

/* The share of pixels whose neighbour is inside, which depends on the maps' unknown size: the
 * one that fits best, of 1, 2, 3 ... pixels a side and of endless maps. */
static double best_inside(const record *norm, const dn_predicted *predicted)
{
    double best = 1, least = square_distance(norm, predicted, 1);
    for (int side = 1; side <= 32; side = side < 8 ? side + 1 : side * 2) {
        double inside = (side - 1.0) / side, distance = square_distance(norm, predicted, inside);
        if (distance < least) {
            least = distance;
            best = inside;
        }
    }
    return best;
}

static dn_status correlate(const record *norm, const dn_predicted *predicted, double inside,
                           double *correlation)
{
    float *means;
    DN_TRY(dn_alloc_aligned((size_t)norm->count, sizeof *means, &means));
    for (int c = 0; c < norm->count; c++)
        means[c] = (float)predicted_at(&predicted[c], inside);
    *correlation = dn_correlation(means, norm->mean, norm->count);
    free(means);
    return DN_OK;
}

static int by_size(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static dn_status find_quartiles(const record *norm, const dn_predicted *predicted, double inside,
                                dn_evidence *evidence)
{
    double *ratios;
    DN_TRY(dn_calloc((size_t)norm->count, sizeof *ratios, &ratios));
    for (int c = 0; c < norm->count; c++) {
        double ratio = (double)norm->mean[c] / (predicted_at(&predicted[c], inside) + 1e-12);
        ratios[c] = isfinite(ratio) ? ratio : 0;
    }
    qsort(ratios, (size_t)norm->count, sizeof *ratios, by_size);
    evidence->low = ratios[norm->count / 4];
    evidence->high = ratios[norm->count * 3 / 4];
    free(ratios);
    return DN_OK;
}

static dn_status compare(const dn_model *model, const dn_node *node, const dn_node *reader,
                         const dn_predicted *predicted, dn_evidence *evidence)
{
    record norm = {.mean = model->tensors[reader->norm + 2] + node->target_channel,
                   .variance = model->tensors[reader->norm + 3] + node->target_channel,
                   .count = node->out,
                   .epsilon = model->arch.bn_epsilon};
    double inside = best_inside(&norm, predicted);
    DN_TRY(correlate(&norm, predicted, inside, &evidence->correlation));
    evidence->distance = sqrt(square_distance(&norm, predicted, inside));
    return find_quartiles(&norm, predicted, inside, evidence);
}

dn_status dn_gather_evidence(const dn_model *model, const dn_graph *graph, const dn_node *node,
                             bool linear, dn_evidence *evidence, bool *found)
{
    const dn_node *reader = dn_first_reader(graph, node);
    *found = reader && node->norm != DN_NONE && dn_norm_recorded(model, node) &&
             dn_norm_recorded(model, reader);
    if (!*found)
        return DN_OK;
    double *input;
    dn_predicted *output;
    DN_TRY(dn_calloc((size_t)node->in, sizeof *input, &input));
    dn_status status = dn_calloc((size_t)node->out, sizeof *output, &output);
    if (status == DN_OK) {
        dn_mean_of_input(model, node, linear, input);
        for (int c = 0; node->weight == DN_NONE && c < node->out; c++)
            output[c].middle = input[c];
        if (node->weight != DN_NONE)
            dn_mean_of_output(model, node, input, output);
        status = compare(model, node, reader, output, evidence);
        free(output);
    }
    free(input);
    return status;
}

double dn_shared_distance(const dn_model *model, const dn_node *earlier, const dn_node *later)
{
    const float *mean = model->tensors[earlier->norm + 2], *other = model->tensors[later->norm + 2];
    const float *variance = model->tensors[earlier->norm + 3];
    double sum = 0;
    for (int c = 0; c < earlier->in; c++) {
        double apart = (double)mean[c] - (double)other[c];
        sum += apart * apart / ((double)variance[c] + model->arch.bn_epsilon);
    }
    return sqrt(sum / earlier->in);
}
