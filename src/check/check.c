/* SPDX-License-Identifier: MIT */
/* Norm by norm, whether a network's statistics and weights belong together. */
#include "base/memory.h"
#include "check/agreement.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sound networks stay within 0.2 deviations and above a correlation of 0.99 after 1x1 convolutions,
 * 0.92 after 3x3 ones; what is foreign is beyond both (docs/checking.md has the figures). The
 * maximum at a stem's end is not in the prediction. */
#define MOST_DISTANCE 0.25

static double least_correlation(const dn_node *maker)
{
    return maker->kind == DN_NODE_POINTWISE ? 0.9 : maker->kind == DN_NODE_WINDOW ? 0.8 : 0.3;
}

static dn_verdict judge(const dn_node *maker, const dn_evidence *evidence)
{
    if (maker->kind == DN_NODE_ACTIVATION && maker->pools)
        return DN_VERDICT_SILENT;
    /* NaN, of statistics that are none, fits nothing. */
    return evidence->distance <= MOST_DISTANCE || evidence->correlation >= least_correlation(maker)
               ? DN_VERDICT_AGREES
               : DN_VERDICT_CONTRADICTS;
}

static void name_module(const dn_model *model, int slot, char *name, size_t size)
{
    const char *tensor = model->names[slot];
    const char *end = strrchr(tensor, '.');
    snprintf(name, size, "%.*s", end ? (int)(end - tensor) : (int)strlen(tensor), tensor);
}

/* The node that makes the newest of the maps that this one reads; NULL if the pictures do. */
static const dn_node *writer_of(const dn_graph *graph, const dn_node *reader)
{
    for (const dn_node *node = reader; node > graph->nodes;)
        if ((--node)->target == reader->source)
            return node;
    return NULL;
}

/* The node before this one that reads the same maps; NULL if it is their first reader. */
static const dn_node *earlier_reader(const dn_graph *graph, const dn_node *reader)
{
    const dn_node *made = graph->nodes + graph->maps[reader->source].first_writer;
    for (const dn_node *node = reader - 1; node > made; node--)
        if (node->source == reader->source)
            return node;
    return NULL;
}

/* Layers of a block record the same of the maps that they share. */
static void compare_shared(const dn_model *model, const dn_node *earlier, const dn_node *reader,
                           dn_agreement *row)
{
    row->shared = dn_shared_distance(model, earlier, reader);
    if (!(row->shared <= MOST_DISTANCE))
        row->verdict = DN_VERDICT_CONTRADICTS;
    else if (row->verdict == DN_VERDICT_SILENT)
        row->verdict = DN_VERDICT_AGREES;
}

static dn_status check_norm(const dn_model *model, const dn_graph *graph, const dn_node *reader,
                            dn_agreement *row)
{
    const dn_node *writer = writer_of(graph, reader), *earlier = earlier_reader(graph, reader);
    dn_evidence evidence;
    bool found = false;
    *row = (dn_agreement){.correlation = NAN, .distance = NAN, .shared = NAN};
    name_module(model, reader->norm, row->norm, sizeof row->norm);
    if (writer)
        name_module(model, writer->weight == DN_NONE ? writer->norm : writer->weight, row->maker,
                    sizeof row->maker);
    if (writer)
        DN_TRY(dn_gather_evidence(model, graph, writer, writer->linear, &evidence, &found));
    if (found) {
        row->correlation = evidence.correlation;
        row->distance = evidence.distance;
        row->verdict = judge(writer, &evidence);
    }
    if (dn_statistics_are_young(model))
        row->verdict = DN_VERDICT_SILENT;
    else if (earlier && dn_norm_recorded(model, reader) && dn_norm_recorded(model, earlier))
        compare_shared(model, earlier, reader, row);
    return DN_OK;
}

static dn_status check_norms(const dn_model *model, const dn_graph *graph, dn_agreement *rows,
                             int *count)
{
    *count = 0;
    for (int i = 0; i <= graph->pool_node; i++)
        if (graph->nodes[i].norm != DN_NONE)
            DN_TRY(check_norm(model, graph, &graph->nodes[i], &rows[(*count)++]));
    return DN_OK;
}

dn_status dn_model_check(const dn_model *model, dn_agreement **norms, int *count)
{
    DN_NEED(model);
    DN_NEED(norms);
    DN_NEED(count);
    dn_graph graph;
    dn_agreement *rows = NULL;
    DN_TRY(dn_graph_create(&model->arch, &graph));
    dn_status status = dn_calloc((size_t)graph.node_count, sizeof *rows, &rows);
    if (status == DN_OK)
        status = check_norms(model, &graph, rows, count);
    dn_graph_free(&graph);
    if (status == DN_OK)
        *norms = rows;
    else
        free(rows);
    return status;
}
