/* SPDX-License-Identifier: MIT */
/* What norms recorded of a network's maps, and sums over the maps that pictures make. */
#include "check/input_check.h"

#include "base/memory.h"
#include "check/agreement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool any_recorded(const dn_model *model, const dn_graph *graph)
{
    for (int i = 0; i <= graph->pool_node; i++)
        if (graph->nodes[i].norm != DN_NONE && dn_norm_recorded(model, &graph->nodes[i]))
            return true;
    return false;
}

/* Readers of a block's maps come in the order of the channels that they read first. */
static void take_recorded(const dn_model *model, const dn_graph *graph, int block,
                          dn_block_maps *maps)
{
    int taken = 0;
    for (int i = 0; i <= graph->pool_node; i++) {
        const dn_node *reader = &graph->nodes[i];
        if (reader->source != graph->blocks[block].maps || reader->norm == DN_NONE)
            continue;
        for (; taken < reader->in; taken++) {
            maps->mean[taken] = (double)model->tensors[reader->norm + 2][taken];
            maps->variance[taken] = (double)model->tensors[reader->norm + 3][taken];
        }
    }
}

static void place(dn_input_check *check, int block, int channels, double **at)
{
    dn_block_maps *maps = &check->blocks[block];
    maps->channels = channels;
    double **parts[] = {&maps->mean, &maps->variance};
    for (int i = 0; i < 2; i++, *at += channels)
        *parts[i] = *at;
    for (int i = 0; i < DN_INPUT_GROUPS; i++, *at += 2 * (ptrdiff_t)channels) {
        maps->sums[i] = *at;
        maps->squares[i] = *at + channels;
    }
}

static dn_status fill(dn_input_check *check, const dn_model *model, const dn_graph *graph)
{
    size_t each = 2 + 2 * DN_INPUT_GROUPS, total = 0;
    int most = 0;
    check->block_count = model->arch.block_count;
    check->stem_channels = graph->nodes[graph->blocks[0].first_node].in;
    check->epsilon = model->arch.bn_epsilon;
    for (int b = 0; b < check->block_count; b++) {
        int channels = graph->maps[graph->blocks[b].maps].channels;
        total += (size_t)channels;
        most = channels > most ? channels : most;
    }
    DN_TRY(dn_calloc(each * total + 2 * (size_t)most, sizeof *check->storage, &check->storage));
    double *at = check->storage;
    for (int b = 0; b < check->block_count; b++) {
        place(check, b, graph->maps[graph->blocks[b].maps].channels, &at);
        take_recorded(model, graph, b, &check->blocks[b]);
    }
    check->now = at;
    return DN_OK;
}

dn_status dn_input_check_create(const dn_model *model, dn_input_check **check)
{
    DN_NEED(model);
    DN_NEED(check);
    dn_graph graph;
    dn_input_check *made;
    DN_TRY(dn_graph_create(&model->arch, &graph));
    dn_status status = dn_calloc(1, sizeof *made, &made);
    if (status == DN_OK) {
        status = any_recorded(model, &graph)
                     ? fill(made, model, &graph)
                     : dn_fail(DN_ERROR_MISMATCH, "the network's batch norms have recorded "
                                                  "nothing that pictures could be held against");
        if (status == DN_OK)
            *check = made;
        else
            dn_input_check_free(made);
    }
    dn_graph_free(&graph);
    return status;
}

void dn_input_check_free(dn_input_check *check)
{
    if (!check)
        return;
    free(check->storage);
    free(check->last);
    free(check);
}

/* ---- pictures ---- */

static void measure(const dn_feature *feature, int image, double *mean, double *square)
{
    size_t pixels = (size_t)feature->height * (size_t)feature->width;
    const float *pixel = feature->data + (size_t)image * pixels * feature->stride;
    memset(mean, 0, (size_t)feature->channels * sizeof *mean);
    memset(square, 0, (size_t)feature->channels * sizeof *square);
    for (size_t i = 0; i < pixels; i++, pixel += feature->stride)
        for (int c = 0; c < feature->channels; c++) {
            double value = (double)pixel[c];
            mean[c] += value;
            square[c] += value * value;
        }
    for (int c = 0; c < feature->channels; c++) {
        mean[c] /= (double)pixels;
        square[c] /= (double)pixels;
    }
}

static bool make_room(dn_input_check *check, int pictures)
{
    if (pictures > check->capacity) {
        dn_input_fit *grown = realloc(check->last, (size_t)pictures * sizeof *grown);
        if (!grown) {
            check->status = DN_ERROR_MEMORY;
            return false;
        }
        check->last = grown;
        check->capacity = pictures;
    }
    return true;
}

void dn_input_check_observe(const dn_feature *feature, void *context)
{
    if (!feature || !context)
        return;
    dn_input_check *check = context;
    for (int b = 0; b < check->block_count; b++) {
        char name[32];
        snprintf(name, sizeof name, "block%d", b + 1);
        dn_block_maps *maps = &check->blocks[b];
        bool ends = b + 1 == check->block_count;
        if (strcmp(feature->name, name) != 0 || feature->channels != maps->channels ||
            !make_room(check, feature->n))
            continue;
        double *mean = check->now, *square = mean + maps->channels;
        for (int i = 0; i < feature->n; i++) {
            int group = (int)((check->pictures + i) % DN_INPUT_GROUPS);
            measure(feature, i, mean, square);
            for (int c = 0; c < maps->channels; c++) {
                maps->sums[group][c] += mean[c];
                maps->squares[group][c] += square[c];
            }
            check->last[i] = dn_fit_maps(check, maps, maps->channels, mean, square);
        }
        check->last_count = ends ? feature->n : 0;
        check->pictures += ends ? feature->n : 0;
    }
}
