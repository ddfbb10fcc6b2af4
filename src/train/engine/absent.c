/* SPDX-License-Identifier: MIT */
#include "train/engine/absent.h"

#include "train/engine/batch_norm.h"
#include "train/engine/shared_norms.h"

#include <string.h>

/* Whether the node makes maps, whose statistics are exchanged. */
static bool makes_maps(const dn_node *node)
{
    return node->kind == DN_NODE_WINDOW || node->kind == DN_NODE_POINTWISE ||
           node->kind == DN_NODE_ACTIVATION;
}

/* Whether it is a norm of the head, which exchanges those of what it reads. */
static bool norms_vectors(const dn_node *node)
{
    return node->kind == DN_NODE_VECTOR && !node->rectifies;
}

static void clear_moments(dn_engine *engine, int channels)
{
    memset(engine->moments, 0, 2 * (size_t)channels * sizeof *engine->moments);
}

void dn_absent_forward(dn_engine *engine, const dn_node *node)
{
    if (makes_maps(node)) {
        clear_moments(engine, node->out);
        dn_settle_statistics(engine, node->target, node->target_channel, node->out);
    } else if (norms_vectors(node)) {
        clear_moments(engine, node->in);
        dn_settle_statistics(engine, node->source, 0, node->in);
    }
}

void dn_absent_backward(dn_engine *engine, const dn_node *node)
{
    if (makes_maps(node))
        dn_prepare_output_gradient(engine, node);
    if (norms_vectors(node)) {
        clear_moments(engine, node->in);
        dn_share_sums(engine, node->in);
    } else if (node->norm != DN_NONE) {
        dn_join_norm_gradient(engine, node, NULL, 0);
    }
}
