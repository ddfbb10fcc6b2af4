/* SPDX-License-Identifier: MIT */
#include "loading/graph_network.h"

#include "base/memory.h"
#include "loading/graph_picture.h"
#include "loading/operators/assemble.h"
#include "loading/operators/head_assembly.h"
#include "network/stems.h"

#include <stdio.h>
#include <string.h>

/* The first output that is a network's classes; else a vector, else maps, else a fault. */
static dn_status choose_output(const dn_walk *w, const dn_known **output)
{
    const dn_operators *graph = w->graph;
    int best = -1;
    for (int i = 0; i < graph->output_count; i++) {
        const dn_known *known = w->known[graph->outputs[i]];
        bool linear = known->kind == DN_KNOWN_VECTOR && known->head->head.part_count;
        int worth = linear ? 10 : known->kind == DN_KNOWN_CONSTANT ? 0 : (int)known->kind + 1;
        if (worth > best) {
            best = worth;
            *output = known;
        }
    }
    if (best < 0)
        return dn_fail(DN_ERROR_MISMATCH, "its graph has no output");
    if ((*output)->kind == DN_KNOWN_FAULT)
        return dn_fail(DN_ERROR_MISMATCH, "is not a DenseNet: %s", (*output)->fault);
    return DN_OK;
}

static void describe_function(const dn_assembled *made, dn_arch *arch)
{
    const dn_stem_row *usual = dn_stem_row_of(arch->stem);
    arch->stem_stride = made->stem_stride == usual->stride ? 0 : made->stem_stride;
    const dn_stem_pool pool = usual->pools ? DN_STEM_POOL_MAX : DN_STEM_POOL_NONE;
    arch->stem_pool = made->stem_pool == pool ? DN_STEM_POOL_USUAL : made->stem_pool;
    arch->linear_transitions = made->linear_transitions;
    arch->linear_final = made->linear_final;
    arch->bn_epsilon = made->epsilon;
    if (made->head)
        dn_head_describe(made->head, arch);
}

static int list_computed(const dn_arch *arch, dn_head_part parts[DN_MAX_HEAD_PARTS])
{
    dn_head_part all[DN_MAX_HEAD_PARTS];
    int count = dn_head_parts(arch, all), kept = 0;
    for (int i = 0; i < count; i++)
        if (all[i].kind != DN_HEAD_DROPOUT)
            parts[kept++] = all[i];
    return kept;
}

/* A graph has no dropout. Its windows are those of one size of pictures, of which a grid has others
 * for others. */
static bool computes_head(const dn_arch *shown, const dn_arch *recorded)
{
    const dn_head *a = &shown->head, *b = &recorded->head;
    dn_head_part first[DN_MAX_HEAD_PARTS], second[DN_MAX_HEAD_PARTS];
    int count = list_computed(shown, first);
    return count == list_computed(recorded, second) &&
           memcmp(first, second, (size_t)count * sizeof *first) == 0 && a->pool == b->pool &&
           dn_head_rows(a) == dn_head_rows(b) && dn_head_columns(a) == dn_head_columns(b) &&
           (a->window == b->window || (a->pool == DN_POOL_GRID && !b->window));
}

/* What is recorded is believed if the graph computes it, but for the norms' epsilon, which the
 * tensors go with: a graph has it as a float. */
static void read_recorded(dn_load_job *l)
{
    dn_arch recorded = l->arch;
    if (!dn_metadata_arch(l->file, &recorded, &l->doubts))
        return;
    const dn_stem_row a = dn_arch_stem(&l->arch), b = dn_arch_stem(&recorded);
    bool transitions = recorded.block_count > 1;
    l->metadata = a.stride == b.stride && a.pools == b.pools && a.blurs == b.blurs &&
                  (recorded.linear_transitions == l->arch.linear_transitions || !transitions) &&
                  recorded.linear_final == l->arch.linear_final &&
                  computes_head(&l->arch, &recorded);
    if ((float)recorded.bn_epsilon != (float)l->arch.bn_epsilon)
        recorded.bn_epsilon = l->arch.bn_epsilon;
    if (l->metadata)
        l->arch = recorded;
    else
        dn_metadata_doubt(&l->doubts, l->file, "densenet.arch", "which its graph does not compute");
}

static void describe_origin(dn_load_job *l, const dn_walk *w, const dn_assembled *made)
{
    dn_origin *origin = &l->origin;
    const char *order = made->forwards == made->readers    ? "last"
                        : made->backwards == made->readers ? "first"
                                                           : "mixed";
    snprintf(origin->format, sizeof origin->format, "%s", l->file->format);
    snprintf(origin->dialect, sizeof origin->dialect, "graph of operators");
    snprintf(origin->concat, sizeof origin->concat, "%s", order);
    snprintf(origin->concat_from, sizeof origin->concat_from, "graph");
    snprintf(origin->dtype, sizeof origin->dtype, "%s", dn_dtype_name(l->sources[0]->dtype));
    for (int i = 1; i < l->layout.count; i++)
        if (l->layout.slots[i].rank > 1 && l->sources[i]->dtype != l->sources[0]->dtype)
            snprintf(origin->dtype, sizeof origin->dtype, "mixed");
    if (w->quantised)
        dn_load_warn(l, "its weights were quantised, and are computed with as they are; that its "
                        "maps are quantised too is not applied");
}

static dn_status take_network(dn_load_job *l, dn_walk *w)
{
    dn_match match = {.dialect = "graph"};
    dn_assembled made;
    const dn_known *output = NULL;
    DN_TRY(dn_walk_run(w));
    DN_TRY(choose_output(w, &output));
    DN_TRY(dn_assemble(w, output, &match, &made));
    DN_TRY(dn_infer(&match, dn_metadata_text(l->file, "densenet.stem"), &l->arch));
    describe_function(&made, &l->arch);
    if (dn_arch_check(&l->arch) != DN_OK)
        return DN_ERROR_MISMATCH; /* keeps dn_arch_check's sentence */
    DN_TRY(dn_layout_create(&l->arch, &l->layout));
    DN_TRY(dn_calloc((size_t)l->layout.count, sizeof *l->sources, &l->sources));
    DN_TRY(dn_calloc((size_t)l->layout.count, sizeof *l->biases, &l->biases));
    DN_TRY(dn_check_complete(&match, &l->arch, &l->layout, l->sources, l->biases));
    read_recorded(l);
    l->concat = DN_CONCAT_LAST;
    describe_origin(l, w, &made);
    if (made.head && made.head->ended)
        l->head = (dn_head_facts){.tells_objective = true, .objective = made.head->objective};
    l->graph.temperature = made.head ? made.head->temperature : 0;
    return dn_graph_picture(l, w, made.picture);
}

dn_status dn_graph_network(dn_load_job *l)
{
    dn_walk w = {.file = l->file, .graph = l->file->operators};
    if (l->state)
        return dn_fail(DN_ERROR_MISMATCH, "%s: holds one network; the option state does not apply",
                       l->file->name);
    if (dn_metadata_text(l->file, DN_QUANTISATION_KEY))
        return dn_fail(DN_ERROR_MISMATCH,
                       "%s: is a quantised network as engines multiply it, whose maps are in units "
                       "of bytes; the .safetensors file that it was made from is read instead",
                       l->file->name);
    dn_status status = take_network(l, &w);
    return status == DN_OK ? DN_OK : dn_fail_within(status, l->file->name);
}

void dn_graph_describe(const dn_load_job *l, dn_model *model)
{
    const dn_graph_facts *graph = &l->graph;
    const char *batches = dn_metadata_text(l->file, DN_BATCHES_KEY);
    double count;
    if (l->metadata && dn_metadata_real(batches, &count) && count >= 0 && count < 1e15)
        model->batches_tracked = count;
    if (graph->temperature > 0)
        dn_model_set_temperature(model, graph->temperature);
    if (!graph->prepares)
        return;
    dn_model_preprocess(model, &model->preprocess);
    memcpy(model->preprocess.mean, graph->mean, sizeof graph->mean);
    memcpy(model->preprocess.std, graph->std, sizeof graph->std);
    model->has_preprocess = true;
}
