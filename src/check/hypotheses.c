/* SPDX-License-Identifier: MIT */
#include "check/hypotheses.h"

#include "check/agreement.h"

/* Of trained networks, a transition's right form lies within 0.1 deviations and its wrong one
 * 0.4 or more away. Means that are all small, after few steps of training, are near by chance
 * unless they are very near or correlate. */
#define FITS 0.2
#define FITS_WITHOUT_CORRELATION 0.03
#define DEPARTS 0.3

static bool fits(const dn_evidence *evidence)
{
    return evidence->distance < FITS_WITHOUT_CORRELATION ||
           (evidence->distance < FITS && evidence->correlation > 0.8);
}

/* Without a pool, a stem's recorded means are those predicted, or less where pictures have much
 * background; the maximum of nine pixels raises them by 15% where neighbours are most alike, and
 * further elsewhere. Quartiles, since a stem may have dead channels. */
#define MOST_WITHOUT_POOL 1.03
#define LEAST_WITHOUT_POOL 0.5
#define LEAST_WITH_POOL 1.05

static dn_status weigh_transition(const dn_model *model, const dn_graph *graph, const dn_node *node,
                                  int votes[2])
{
    dn_evidence evidence[2];
    bool found = false;
    for (int linear = 0; linear < 2; linear++)
        DN_TRY(dn_gather_evidence(model, graph, node, linear, &evidence[linear], &found));
    for (int linear = 0; found && linear < 2; linear++)
        votes[linear] += fits(&evidence[linear]) && evidence[!linear].distance > DEPARTS;
    return DN_OK;
}

static dn_status weigh_transitions(const dn_model *model, const dn_graph *graph, dn_relu *answer)
{
    int votes[2] = {0};
    for (int block = 0; block + 1 < model->arch.block_count; block++)
        DN_TRY(weigh_transition(model, graph, &graph->nodes[graph->blocks[block].end_node], votes));
    bool mixed = votes[0] && votes[1];
    *answer = mixed || votes[0] == votes[1] ? DN_RELU_AUTO : votes[0] ? DN_RELU_YES : DN_RELU_NO;
    return DN_OK;
}

static dn_status weigh_pool(const dn_model *model, const dn_graph *graph, dn_stem_pool *answer)
{
    *answer = DN_STEM_POOL_USUAL;
    if (graph->blocks[0].first_node == 0)
        return DN_OK;
    const dn_node *end = &graph->nodes[graph->blocks[0].first_node - 1];
    dn_evidence evidence;
    bool found = false;
    if (end->kind == DN_NODE_ACTIVATION)
        DN_TRY(dn_gather_evidence(model, graph, end, end->linear, &evidence, &found));
    if (found && evidence.low > LEAST_WITH_POOL)
        *answer = DN_STEM_POOL_MAX;
    if (found && evidence.low > LEAST_WITHOUT_POOL && evidence.high < MOST_WITHOUT_POOL)
        *answer = DN_STEM_POOL_NONE;
    return DN_OK;
}

dn_status dn_weigh_hypotheses(const dn_model *model, dn_hypotheses *found)
{
    dn_graph graph;
    dn_status status = DN_OK;
    *found = (dn_hypotheses){0};
    DN_TRY(dn_graph_create(&model->arch, &graph));
    found->recorded = dn_norm_recorded(model, &graph.nodes[graph.pool_node]);
    bool weighs = found->recorded && !dn_statistics_are_young(model);
    if (weighs)
        status = weigh_transitions(model, &graph, &found->transition_relu);
    if (weighs && status == DN_OK)
        status = weigh_pool(model, &graph, &found->stem_pool);
    dn_graph_free(&graph);
    return status;
}
