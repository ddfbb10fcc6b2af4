/* SPDX-License-Identifier: MIT */
#include "train/engine/head_vectors.h"

static dn_vectors vectors_of(const dn_engine *engine, int maps, float *data)
{
    int channels = engine->graph.maps[maps].channels;
    return (dn_vectors){data, dn_padded(channels), channels};
}

dn_vectors dn_source_vectors(const dn_engine *engine, const dn_node *node)
{
    return vectors_of(engine, node->source, engine->maps[node->source].value);
}

dn_vectors dn_source_gradient(const dn_engine *engine, const dn_node *node)
{
    return vectors_of(engine, node->source, engine->maps[node->source].gradient);
}

dn_vectors dn_target_vectors(const dn_engine *engine, const dn_node *node)
{
    if (node->target == DN_NONE)
        return (dn_vectors){engine->logits, node->out, node->out};
    return vectors_of(engine, node->target, engine->maps[node->target].value);
}

dn_const_vectors dn_target_gradient(const dn_engine *engine, const dn_node *node)
{
    if (node->target == DN_NONE)
        return (dn_const_vectors){engine->logits_gradient, node->out};
    return (dn_const_vectors){engine->maps[node->target].gradient, dn_padded(node->out)};
}

float dn_gradient_share(const dn_engine *engine, const dn_node *node)
{
    const dn_node *maker = &engine->graph.nodes[engine->graph.maps[node->source].first_writer];
    if (maker->kind != DN_NODE_POOL || maker->pool != DN_POOL_MEAN)
        return 1;
    const dn_maps *pooled = &engine->graph.maps[maker->source];
    return 1.0f / (float)(pooled->height * pooled->width);
}
