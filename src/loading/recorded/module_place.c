/* SPDX-License-Identifier: MIT */
#include "loading/recorded/module_place.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static void add_part(dn_placed_parts *parts, const dn_tensor *tensor, const dn_node *node,
                     bool norm)
{
    const dn_recorded_module *module = dn_recorded_module_of(parts->modules, tensor);
    if (module)
        parts->items[parts->count++] = (dn_placed_part){module, node, norm};
}

dn_status dn_placed_parts_find(const dn_recorded_modules *modules, const dn_tensor *const *sources,
                               const dn_graph *graph, dn_placed_parts *parts)
{
    *parts = (dn_placed_parts){.modules = modules, .graph = graph};
    DN_TRY(dn_calloc(2 * (size_t)graph->node_count + 1, sizeof *parts->items, &parts->items));
    for (int i = 0; i < graph->node_count; i++) {
        const dn_node *node = &graph->nodes[i];
        if (node->norm != DN_NONE)
            add_part(parts, sources[node->norm], node, true);
        if (node->weight != DN_NONE)
            add_part(parts, sources[node->weight], node, false);
    }
    return DN_OK;
}

void dn_placed_parts_free(dn_placed_parts *parts)
{
    free(parts->items);
    *parts = (dn_placed_parts){0};
}

/* ---- what a call is of ---- */

static const char input[] = "@input";

const char *dn_call_operand(const char *call)
{
    const char *colon = strchr(call, ':');
    return colon ? colon + 1 : NULL;
}

static bool holds(const dn_recorded_module *module, const dn_recorded_module *inner)
{
    size_t length = module->path_length;
    return length == 0 ||
           (inner->path_length >= length && memcmp(inner->path, module->path, length) == 0 &&
            (inner->path_length == length || inner->path[length] == '.'));
}

/* Whether a child of `module`, by its path from there, holds another module. */
static bool child_holds(const dn_recorded_module *module, const char *child,
                        const dn_recorded_module *inner)
{
    size_t above = module->path_length + (module->path_length > 0), length = strlen(child);
    return holds(module, inner) && inner->path_length >= above + length &&
           memcmp(inner->path + above, child, length) == 0 &&
           (inner->path_length == above + length || inner->path[above + length] == '.');
}

bool dn_call_is_between(const char *call, const dn_recorded_module *module,
                        const dn_recorded_module *from, const dn_recorded_module *to)
{
    const char *operand = dn_call_operand(call);
    if (!operand)
        return true;
    if (strcmp(operand, input) == 0)
        return holds(module, to) && !holds(module, from);
    return operand[0] != '@' && child_holds(module, operand, from) &&
           !child_holds(module, operand, to);
}

/* ---- places ---- */

/* The last part before the call; NULL if there is none, or a function between. */
static const dn_placed_part *part_before(const dn_placed_parts *parts,
                                         const dn_recorded_module *module, const char *operand)
{
    const dn_placed_part *last = NULL;
    if (strcmp(operand, input) == 0) {
        for (int i = 0; i < parts->count && !holds(module, parts->items[i].module); i++)
            last = &parts->items[i];
        return last;
    }
    for (int i = 0; i < parts->count && operand[0] != '@'; i++)
        if (child_holds(module, operand, parts->items[i].module))
            last = &parts->items[i];
    return last;
}

bool dn_call_is_placed(const dn_placed_parts *parts, const dn_recorded_module *module,
                       const char *call)
{
    const char *operand = dn_call_operand(call);
    if (!operand)
        return true;
    const dn_placed_part *part = part_before(parts, module, operand);
    if (!part)
        return false;
    if (strncmp(call, "relu", 4) != 0)
        return part->node->key.role == DN_ROLE_TRANSITION;
    bool head = part->node > &parts->graph->nodes[parts->graph->pool_node];
    return part->norm || (head && part + 1 < parts->items + parts->count);
}
