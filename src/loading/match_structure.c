/* SPDX-License-Identifier: MIT */
/* Keys by structure. Every convolution but the stem's first has one norm
 * before it that is as long as it reads channels; from layer to layer the
 * channels grow by the growth rate; and a transition comes where there are as
 * many channels as it reads. What names and order add is which of several norms
 * of one length belongs to which convolution, and in which order the layers
 * come. */
#include "loading/match_structure.h"

#include "base/memory.h"
#include "loading/match_links.h"

#include <stdlib.h>

static void add_link(dn_structure *s, dn_key key, const dn_link *l)
{
    dn_add_module(s, key, l->norm);
    dn_add_module(s, key, l->conv);
}

/* The first norm of this length that no convolution reads, and that is not `other`. */
static dn_module *find_loose_norm(const dn_structure *s, int length, const dn_module *other)
{
    for (size_t i = 0; i < s->modules.count; i++)
        if (dn_is_free_norm(&s->modules.items[i], length) && &s->modules.items[i] != other)
            return &s->modules.items[i];
    return NULL;
}

/* The norms that come before no convolution: the stem's, if it ends in one, the one after the
 * last block, and those of the head, which come after that. */
static dn_status match_loose_norms(dn_structure *s, int stem_width)
{
    dn_module *stem = find_loose_norm(s, stem_width, NULL);
    dn_module *last = s->last ? s->last : find_loose_norm(s, s->width, stem);
    if (!last && s->width == stem_width) {
        last = stem;
        stem = NULL;
    }
    if (!last)
        return dn_fail(DN_ERROR_MISMATCH, "there is no norm after the last block");
    size_t others = 0;
    for (size_t i = 0; i < s->modules.count; i++)
        others += s->modules.items[i].kind == DN_MODULE_NORM && !s->modules.items[i].taken;
    if (stem && stem > last && others > 2)
        stem = NULL; /* of the head */
    last->taken = true;
    s->last = last;
    if (!stem)
        return DN_OK;
    stem->taken = true;
    dn_add_module(s, (dn_key){.role = DN_ROLE_STEM, .unit = s->stem_convs - 1}, stem);
    return DN_OK;
}

/* The 1x1 convolution before a layer's 3x3: by place, or the one whose name is
 * most like it. */
static dn_link *find_bottleneck(dn_structure *s, dn_link *second)
{
    dn_link *best = NULL;
    int likeness = -1;
    for (size_t i = 0; i < s->link_count; i++) {
        dn_link *l = &s->links[i];
        if (l->taken || l->conv->kernel != 1 || l->conv->out != second->conv->in)
            continue;
        int found = !s->adjacent      ? dn_compare_linked(s, l->conv, second->conv)
                    : l + 1 == second ? 1
                                      : -1;
        if (found > likeness) {
            likeness = found;
            best = l;
        }
    }
    return best;
}

/* Distinguishes layers from transitions: networks with bottlenecks have at
 * least as many 1x1 convolutions as 3x3, others fewer. */
static dn_status match_layers(dn_structure *s)
{
    int narrow = 0, wide = 0;
    for (size_t i = 0; i < s->link_count; i++)
        if (!s->links[i].taken) {
            narrow += s->links[i].conv->kernel == 1;
            wide += s->links[i].conv->kernel == 3;
        }
    for (size_t i = 0; i < s->link_count; i++) {
        dn_link *l = &s->links[i];
        if (l->taken || l->conv->kernel != 3)
            continue;
        l->taken = true;
        dn_link *first = narrow >= wide ? find_bottleneck(s, l) : l;
        DN_TRY(dn_take_link_steps(s));
        if (!first)
            return dn_misplaced("a 3x3 convolution", l->conv);
        first->taken = true;
        first->second = narrow >= wide ? l : NULL;
        s->layers[s->layer_count++] = first;
    }
    return DN_OK;
}

static dn_link *next_transition(dn_structure *s)
{
    for (size_t i = 0; i < s->link_count; i++)
        if (!s->links[i].taken)
            return &s->links[i];
    return NULL;
}

/* A 1x1 convolution that is left at the end, after the last norm, is the classifier. */
static bool take_classifier(dn_structure *s, dn_link *left)
{
    if (left->conv->kernel != 1 || left->conv->in != s->width || !left->norm)
        return false;
    left->taken = true;
    left->conv->kind = DN_MODULE_LINEAR;
    s->last = left->norm;
    return next_transition(s) == NULL;
}

/* The channels only grow within a block, so its transition fits in only one
 * place. */
static dn_status match_blocks(dn_structure *s)
{
    dn_key key = {.role = DN_ROLE_LAYER};
    dn_link *transition = next_transition(s);
    for (size_t i = 0; i < s->layer_count; i++, key.layer++) {
        const dn_link *layer = s->layers[i];
        if (key.layer && transition && transition->conv->in == s->width) {
            add_link(s, (dn_key){.role = DN_ROLE_TRANSITION, .block = key.block}, transition);
            transition->taken = true;
            s->width = transition->conv->out;
            transition = next_transition(s);
            key.block++;
            key.layer = 0;
        }
        if (layer->conv->in != s->width)
            return dn_misplaced("a convolution", layer->conv);
        key.unit = 0;
        add_link(s, key, layer);
        key.unit = 1;
        if (layer->second)
            add_link(s, key, layer->second);
        s->width += layer->second ? layer->second->conv->out : layer->conv->out;
    }
    if (transition && !take_classifier(s, transition))
        return dn_misplaced("a 1x1 convolution", transition->conv);
    return DN_OK;
}

/* Linears, and norms that nothing else has, are the head's, which match_head.c takes apart. */
static void match_end(dn_structure *s)
{
    dn_add_module(s, (dn_key){.role = DN_ROLE_FINAL}, s->last);
    for (size_t i = 0; i < s->modules.count; i++) {
        const dn_module *module = &s->modules.items[i];
        bool norm = module->kind == DN_MODULE_NORM && !module->taken;
        for (int t = 0; t < 4 && module->tensors[t] && (norm || module->kind == DN_MODULE_LINEAR);
             t++)
            s->match->rest[s->match->rest_count++] = module->tensors[t];
    }
}

/* The only convolution with a bias, if it is 1x1, is the classifier. */
static void find_classifier(dn_structure *s)
{
    dn_module *biased = NULL;
    size_t count = 0;
    for (size_t i = 0; i < s->modules.count; i++)
        if (s->modules.items[i].kind == DN_MODULE_CONV && s->modules.items[i].tensors[1]) {
            biased = &s->modules.items[i];
            count++;
        }
    if (count == 1 && biased->kernel == 1)
        biased->kind = DN_MODULE_LINEAR;
}

static dn_status match_modules(dn_structure *s)
{
    find_classifier(s);
    DN_TRY(dn_calloc(s->modules.count, sizeof *s->links, &s->links));
    DN_TRY(dn_calloc(s->modules.count, sizeof *s->layers, &s->layers));
    DN_TRY(dn_link_convs(s));
    DN_TRY(dn_match_stem(s));
    int stem_width = s->width;
    DN_TRY(match_layers(s));
    DN_TRY(match_blocks(s));
    DN_TRY(match_loose_norms(s, stem_width));
    match_end(s);
    return DN_OK;
}

dn_status dn_match_modules(const dn_modules *modules, const dn_attempt *attempt, dn_budget *budget,
                           dn_match *match)
{
    dn_structure s = {.modules = *modules,
                      .adjacent = attempt->adjacent,
                      .stem_convs = attempt->stem_convs,
                      .budget = budget,
                      .match = match};
    dn_status status = match_modules(&s);
    free(s.links);
    free(s.layers);
    return status;
}
