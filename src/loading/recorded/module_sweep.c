/* SPDX-License-Identifier: MIT */
#include "loading/recorded/module_sweep.h"

#include "base/memory.h"
#include "loading/recorded/module_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The node that a module is a part of. */
typedef struct part {
    const dn_node *node; /* NULL: it is not a node's own */
    bool norm;
} part;

typedef struct sweep {
    const dn_recorded_modules *modules;
    const dn_graph *graph;
    part *parts; /* of each module */
    char *assumed;
    const dn_recorded_module *before; /* the last module that is a node's own; NULL: none yet */
    part at;                          /* what it is */
    const dn_node *next;              /* whose module follows; NULL: none */
    int pools;                        /* seen since the last layer */
    const dn_recorded_module *maxima; /* 3x3/1, which only a blur may follow; NULL: none */
} sweep;

/* ---- the nodes' own modules ---- */

static void claim(sweep *s, const dn_tensor *tensor, const dn_node *node, bool norm)
{
    const dn_recorded_module *module = dn_recorded_module_of(s->modules, tensor);
    if (!module)
        return;
    s->parts[module - s->modules->items] = (part){node, norm};
    bool known = module->class[0] || strstr(dn_recorded_class(s->modules, module), "BatchNorm");
    if (!known && !s->assumed[0])
        snprintf(s->assumed, 256,
                 "%.*s is of class %.64s, which is taken for the layer that its tensors suggest",
                 (int)(module->path_length < 100 ? module->path_length : 100), module->path,
                 dn_recorded_class(s->modules, module));
}

static void claim_all(sweep *s, const dn_tensor *const *sources)
{
    for (int i = 0; i < s->graph->node_count; i++) {
        const dn_node *node = &s->graph->nodes[i];
        if (node->norm != DN_NONE)
            claim(s, sources[node->norm], node, true);
        if (node->weight != DN_NONE)
            claim(s, sources[node->weight], node, false);
    }
}

/* ---- places ---- */

static bool is_head(const sweep *s, const dn_node *node)
{
    return node && node > &s->graph->nodes[s->graph->pool_node];
}

static bool after_last_norm(const sweep *s)
{
    return s->at.node == &s->graph->nodes[s->graph->pool_node];
}

static bool is_transition(const dn_node *node)
{
    return node && node->key.role == DN_ROLE_TRANSITION;
}

/* In a transition, or between it and its neighbours. */
static bool in_transition(const sweep *s)
{
    return is_transition(s->at.node) || is_transition(s->next);
}

/* After the last module of a stem, which the first layer follows. */
static bool at_stem_end(const sweep *s)
{
    return s->at.node && s->at.node < &s->graph->nodes[s->graph->blocks[0].first_node] && s->next &&
           s->next->key.role == DN_ROLE_LAYER;
}

/* ---- what may stand there ---- */

static bool does_nothing(const dn_recorded_module *module)
{
    const char *class = module->class;
    return strcmp(class, "Identity") == 0 || strcmp(class, "Flatten") == 0 ||
           strcmp(class, "Sequential") == 0 || strcmp(class, "ModuleList") == 0 ||
           strstr(class, "Dropout") || strstr(class, "Loss");
}

static dn_status check_relu(const sweep *s, const dn_recorded_module *module, bool in_order)
{
    bool placed = s->at.norm && !(after_last_norm(s) && s->pools);
    return placed || !in_order ? DN_OK
                               : dn_refuse_module(module, "a ReLU that does not follow a norm");
}

static dn_status check_last_pool(const sweep *s, const dn_recorded_module *module)
{
    dn_head_pool pool;
    bool fits = dn_class_pool(s->modules, module, &pool) && dn_pool_fits(pool, s->at.node->pool);
    return fits ? DN_OK : dn_refuse_class(s->modules, module);
}

static dn_status check_pool(sweep *s, const dn_recorded_module *module, bool in_order)
{
    s->pools++;
    if (after_last_norm(s))
        return check_last_pool(s, module);
    if (in_transition(s)) {
        if (!dn_is_pool(s->modules, module, "AvgPool2d", 2, 0, 2))
            return dn_refuse_module(module, "another pool than the mean of 2x2");
        bool placed = is_transition(s->at.node) && !s->at.norm;
        return s->pools == 1 && (placed || !in_order)
                   ? DN_OK
                   : dn_refuse_module(module, "a pool that does not end a transition");
    }
    if (!at_stem_end(s))
        return dn_refuse_module(module, "a pool inside a block or a stem");
    if (dn_is_pool(s->modules, module, "MaxPool2d", 3, 1, 1) && s->pools == 1 && s->at.norm) {
        s->maxima = module;
        return DN_OK;
    }
    if (!dn_is_pool(s->modules, module, "MaxPool2d", 3, 1, 2))
        return dn_refuse_module(module, "another pool than the maximum of 3x3 with stride 2");
    return s->pools == 1 && s->at.norm
               ? DN_OK
               : dn_refuse_module(module, "a second pool, or one of a stem without a norm");
}

/* timm's BlurPool2d; what it was made with is recorded in a pickle. */
static dn_status check_blur(sweep *s, const dn_recorded_module *module)
{
    const dn_value *mode = dn_recorded_attribute(s->modules, module, "pad_mode");
    bool sound = s->maxima && dn_attribute_is(s->modules, module, "filt_size", 3) &&
                 dn_attribute_is(s->modules, module, "stride", 2) &&
                 (!mode || (mode->texts && strcmp(mode->texts[0], "reflect") == 0));
    s->maxima = NULL;
    return sound ? DN_OK : dn_refuse_module(module, "a blur elsewhere than after a stem's maxima");
}

static dn_status check_between(sweep *s, const dn_recorded_module *module)
{
    if (does_nothing(module))
        return DN_OK;
    bool in_order = dn_runs_in_order(s->modules, s->before, module) ||
                    dn_runs_in_order(s->modules, module, s->before);
    if (strcmp(module->class, "ReLU") == 0)
        return check_relu(s, module, in_order);
    dn_head_pool pool;
    if (strstr(module->class, "Pool") || dn_class_pool(s->modules, module, &pool))
        return check_pool(s, module, in_order);
    if (dn_is_blur(s->modules, module))
        return check_blur(s, module);
    return dn_refuse_class(s->modules, module);
}

/* ---- the walk ---- */

static const dn_node *next_node(const sweep *s, size_t from)
{
    while (from < s->modules->count && !s->parts[from].node)
        from++;
    return from < s->modules->count ? s->parts[from].node : NULL;
}

static dn_status check_first(const sweep *s, size_t first)
{
    for (size_t i = 0; i < first; i++) {
        const dn_recorded_module *module = &s->modules->items[i];
        if (module->leaf && !does_nothing(module) &&
            dn_runs_in_order(s->modules, module, &s->modules->items[first]))
            return dn_refuse_module(module, "before the first convolution");
    }
    return DN_OK;
}

static dn_status walk(sweep *s)
{
    size_t i = 0;
    while (i < s->modules->count && !s->parts[i].node)
        i++;
    if (i < s->modules->count)
        DN_TRY(check_first(s, i));
    for (; i < s->modules->count && !is_head(s, s->at.node); i++) {
        const dn_recorded_module *module = &s->modules->items[i];
        if (s->parts[i].node) {
            if (s->maxima)
                return dn_refuse_module(s->maxima, "a maximum with stride 1, without a blur");
            if (!is_transition(s->at.node) || !is_transition(s->parts[i].node))
                s->pools = 0;
            s->before = module;
            s->at = s->parts[i];
            s->next = next_node(s, i + 1);
        } else if (module->leaf && s->next) {
            DN_TRY(check_between(s, module));
        }
    }
    return DN_OK;
}

dn_status dn_sweep_modules(const dn_recorded_modules *modules, const dn_tensor *const *sources,
                           const dn_graph *graph, char assumed[256])
{
    sweep s = {.modules = modules, .graph = graph, .assumed = assumed};
    assumed[0] = '\0';
    DN_TRY(dn_calloc(modules->count, sizeof *s.parts, &s.parts));
    claim_all(&s, sources);
    dn_status status = walk(&s);
    free(s.parts);
    return status;
}
