/* SPDX-License-Identifier: MIT */
#include "loading/recorded/module_function.h"

#include "loading/name_gaps.h"
#include "loading/recorded/module_code.h"
#include "loading/recorded/module_facts.h"
#include "loading/recorded/module_pool.h"
#include "loading/recorded/module_sweep.h"
#include "network/graph.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct reader {
    const dn_recorded_modules *modules;
    const dn_tensor *const *sources;
    const dn_head *head;
    const dn_graph *graph;
    dn_module_function *function;
} reader;

static const dn_recorded_module *module_of(const reader *r, int slot)
{
    return slot == DN_NONE ? NULL : dn_recorded_module_of(r->modules, r->sources[slot]);
}

/* ---- convolutions and norms ---- */

static dn_status read_stem_stride(const reader *r, const dn_recorded_module *module)
{
    const dn_value *stride = dn_recorded_attribute(r->modules, module, "stride");
    if (!stride)
        return DN_OK;
    double first = stride->numbers ? stride->numbers[0] : 0;
    if (!(first >= 1 && first <= 4) || first != floor(first) ||
        !dn_attribute_is(r->modules, module, "stride", first))
        return dn_refuse_module(module, "a convolution with a stride above 4, or two strides");
    r->function->stem_stride = (int)first;
    return DN_OK;
}

/* As many zeros as keep the size, in numbers or as "same"; of "valid" there are none. */
static bool keeps_size(const reader *r, const dn_recorded_module *module, int kernel)
{
    const dn_value *padding = dn_recorded_attribute(r->modules, module, "padding");
    if (padding && padding->texts)
        return strcmp(padding->texts[0], "same") == 0 ||
               (kernel == 1 && strcmp(padding->texts[0], "valid") == 0);
    return dn_attribute_is(r->modules, module, "padding", (kernel - 1) * 0.5);
}

static dn_status read_convolution(const reader *r, const dn_node *node)
{
    const dn_recorded_module *module = module_of(r, node->weight);
    if (!module)
        return DN_OK;
    bool first = node->source == DN_NONE;
    if (first)
        DN_TRY(read_stem_stride(r, module));
    const dn_value *mode = dn_recorded_attribute(r->modules, module, "padding_mode");
    if (!keeps_size(r, module, dn_node_kernel(node)) ||
        (mode && (!mode->texts || strcmp(mode->texts[0], "zeros") != 0)))
        return dn_refuse_module(module, "a convolution with another padding");
    if (!dn_attribute_is(r->modules, module, "dilation", 1) ||
        !dn_attribute_is(r->modules, module, "groups", 1))
        return dn_refuse_module(module, "a dilated or grouped convolution");
    return first || dn_attribute_is(r->modules, module, "stride", node->stride ? node->stride : 1)
               ? DN_OK
               : dn_refuse_module(module, "a convolution with another stride");
}

static dn_status read_epsilon(const reader *r, const dn_node *node)
{
    const dn_recorded_module *module = module_of(r, node->norm);
    const dn_value *value = module ? dn_recorded_attribute(r->modules, module, "eps") : NULL;
    double *known = &r->function->bn_epsilon;
    if (!value)
        return DN_OK;
    double epsilon = value->numbers && value->count == 1 ? value->numbers[0] : 0;
    if (!(epsilon > 0 && epsilon < 1))
        return dn_refuse_module(module, "a norm whose epsilon is not between 0 and 1");
    if (*known > 0 && *known != epsilon)
        return dn_refuse_module(module, "a norm with another epsilon than the norms before it");
    *known = epsilon;
    return DN_OK;
}

/* ---- what lies between ---- */

/* The modules without tensors between two with. */
typedef struct between {
    bool known; /* there are no others: a Sequential runs them in order */
    bool relu, identity, pool, blur;
    dn_relu code; /* what holds them calls one */
} between;

static void look_at(const reader *r, const dn_recorded_module *module, between *found)
{
    found->blur |= dn_is_blur(r->modules, module);
    found->relu |= strcmp(module->class, "ReLU") == 0;
    found->identity |= strcmp(module->class, "Identity") == 0;
    found->pool |= strstr(module->class, "Pool") != NULL;
}

static between look_between(const reader *r, int from_slot, int to_slot)
{
    const dn_recorded_module *from = module_of(r, from_slot), *to = module_of(r, to_slot);
    between found = {0};
    if (!from || !to || from >= to)
        return found;
    for (const dn_recorded_module *module = from + 1; module < to; module++)
        if (module->leaf)
            look_at(r, module, &found);
    found.known = dn_runs_in_order(r->modules, from, to);
    found.code = dn_relu_of_code(r->modules, from, to);
    return found;
}

/* What the modules say of a ReLU; AUTO if it may be called without being a module. */
static dn_relu relu_of(const between *found)
{
    return found->relu ? DN_RELU_YES : found->known || found->identity ? DN_RELU_NO : found->code;
}

/* A norm and the convolution after it, in a layer or a stem. */
static dn_status read_layer(const reader *r, const dn_node *node)
{
    if (node->norm == DN_NONE || node->weight == DN_NONE)
        return DN_OK;
    between found = look_between(r, node->norm, node->weight);
    return relu_of(&found) == DN_RELU_NO
               ? dn_refuse_module(module_of(r, node->norm), "a norm without a ReLU after it")
               : DN_OK;
}

/* All transitions have a ReLU, or none has. */
static dn_status read_transition(const reader *r, int block)
{
    const dn_node *node = &r->graph->nodes[r->graph->blocks[block].end_node];
    between before = look_between(r, node->norm, node->weight);
    between after = look_between(r, node->weight, node[1].norm);
    if (!after.pool && (after.known || after.identity))
        return dn_refuse_module(module_of(r, node->weight), "a transition without a pool");
    dn_relu relu = relu_of(&before), *known = &r->function->transition_relu;
    if (*known != DN_RELU_AUTO && relu != DN_RELU_AUTO && relu != *known)
        return dn_refuse_module(module_of(r, node->norm),
                                "one of transitions with and without a ReLU");
    if (relu != DN_RELU_AUTO)
        *known = relu;
    return DN_OK;
}

static dn_status read_stem_end(const reader *r)
{
    const dn_graph_block *block = &r->graph->blocks[0];
    const dn_node *layer = &r->graph->nodes[block->first_node];
    const dn_node *end = layer - 1;
    int last = end->kind == DN_NODE_ACTIVATION ? end->norm : end->weight;
    between found = look_between(r, last, layer->norm);
    if (end->kind != DN_NODE_ACTIVATION)
        return DN_OK;
    if (found.known && !found.relu)
        return dn_refuse_module(module_of(r, end->norm), "a norm without a ReLU after it");
    if (found.blur)
        r->function->stem_pool = DN_STEM_POOL_BLUR;
    else if (found.pool)
        r->function->stem_pool = DN_STEM_POOL_MAX;
    else if (found.known || found.identity)
        r->function->stem_pool = DN_STEM_POOL_NONE;
    return DN_OK;
}

/* torchvision's forward() calls the last ReLU; a Sequential has it as a module. */
static void read_final(const reader *r)
{
    const dn_node *pool = &r->graph->nodes[r->graph->pool_node];
    if (r->graph->pool_node + 1 == r->graph->node_count)
        return;
    between found = look_between(r, pool->norm, pool[1].weight);
    r->function->final_relu = found.relu ? DN_RELU_YES : found.known ? DN_RELU_NO : found.code;
}

/* What the classes around the network may do. */
static dn_status read_classes(const reader *r)
{
    const dn_node *pool = &r->graph->nodes[r->graph->pool_node];
    bool has_head = r->graph->pool_node + 1 < r->graph->node_count;
    const dn_recorded_module *norm = module_of(r, pool->norm),
                             *head = has_head ? module_of(r, pool[1].weight) : NULL;
    const dn_recorded_module *common =
        norm && head ? dn_common_module(r->modules, norm, head) : NULL;
    DN_TRY(dn_read_window(r->modules, norm, head, r->head, &r->function->window));
    return dn_doubt_classes(r->modules, r->sources, r->graph, common, r->function->classes,
                            sizeof r->function->classes);
}

static dn_status read_all(const reader *r)
{
    int last = 0;
    DN_TRY(dn_sweep_modules(r->modules, r->sources, r->graph, r->function->assumed));
    for (int i = 0; i < r->graph->node_count; i++) {
        DN_TRY(read_convolution(r, &r->graph->nodes[i]));
        DN_TRY(read_epsilon(r, &r->graph->nodes[i]));
    }
    for (int block = 0; block < DN_MAX_BLOCKS && r->graph->blocks[block].end_node; block++, last++)
        for (int i = r->graph->blocks[block].first_node; i < r->graph->blocks[block].end_node; i++)
            DN_TRY(read_layer(r, &r->graph->nodes[i]));
    for (int block = 0; block + 1 < last; block++)
        DN_TRY(read_transition(r, block));
    DN_TRY(read_stem_end(r));
    read_final(r);
    return read_classes(r);
}

dn_status dn_read_module_function(const dn_tensor_file *file, const dn_tensor *const *sources,
                                  const dn_model *model, dn_module_function *function)
{
    dn_recorded_modules modules;
    dn_graph graph;
    *function = (dn_module_function){0};
    DN_TRY(dn_recorded_modules_find(file, &modules));
    function->recorded = modules.count > 0;
    dn_status status = dn_graph_create(&model->arch, &graph);
    if (status == DN_OK) {
        if (function->recorded)
            status = read_all(&(reader){&modules, sources, &model->arch.head, &graph, function});
        else
            function->transition_relu = dn_transition_relu_of_gaps(&graph, sources);
        dn_graph_free(&graph);
    }
    dn_recorded_modules_free(&modules);
    return status;
}
