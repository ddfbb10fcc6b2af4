/* SPDX-License-Identifier: MIT */
/* Keys by structure. Every convolution but the stem's first has one norm
 * before it that is as long as it reads channels; from layer to layer the
 * channels grow by the growth rate; and a transition comes where there are as
 * many channels as it reads. What names and order add is which of several norms
 * of one length belongs to which convolution, and in which order the layers
 * come. */
#include "loading/match_structure.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* A convolution with the norm before it. */
typedef struct link {
    dn_module *norm, *conv; /* norm NULL: the network's first convolution */
    struct link *second;    /* of a layer's 1x1 convolution: its 3x3 */
    bool taken;
} link;

typedef struct structure {
    dn_modules modules;
    bool adjacent;  /* each norm comes directly before its convolution */
    int stem_convs; /* 1 or 3 */
    link *links;    /* in order */
    size_t link_count;
    link *first;
    link **layers;
    size_t layer_count;
    dn_module *last; /* the norm after the last block */
    int width;       /* channels at the place being matched */
    dn_budget *budget;
    size_t steps; /* of the budget, not yet taken */
    dn_match *match;
} structure;

static dn_status mismatch(const char *what, const dn_module *module)
{
    return dn_fail(DN_ERROR_MISMATCH, "%s, \"%.*s\", is not where a DenseNet has one", what,
                   (int)(module->path_length < 200 ? module->path_length : 200), module->path);
}

/* ------------------------------------------ convolutions and their norms */

static bool is_free_norm(const dn_module *module, int length)
{
    return module->kind == DN_MODULE_NORM && !module->taken && module->in == length;
}

static int compare(structure *s, const dn_module *a, const dn_module *b)
{
    s->steps += a->path_length < b->path_length ? a->path_length : b->path_length;
    return dn_likeness(a, b);
}

static dn_status take_steps(structure *s)
{
    size_t steps = s->steps + s->modules.count; /* all modules or links were looked at */
    s->steps = 0;
    return dn_budget_take_steps(s->budget, steps);
}

/* Of equally likely norms the nearest before the convolution, or else the first
 * after it. */
static dn_module *find_norm(structure *s, const dn_module *conv)
{
    dn_module *modules = s->modules.items, *best = NULL;
    size_t place = (size_t)(conv - modules);
    int likeness = -1;
    for (size_t step = 0; step < s->modules.count; step++) {
        size_t i = step < place ? place - 1 - step : step; /* backwards, then forwards */
        int found = is_free_norm(&modules[i], conv->in) ? compare(s, &modules[i], conv) : -1;
        if (found > likeness) {
            likeness = found;
            best = &modules[i];
        }
    }
    return best;
}

static dn_module *norm_just_before(const structure *s, dn_module *conv)
{
    bool fits = conv > s->modules.items && is_free_norm(conv - 1, conv->in);
    return fits ? conv - 1 : NULL;
}

static dn_status link_convs(structure *s)
{
    for (size_t i = 0; i < s->modules.count; i++) {
        dn_module *conv = &s->modules.items[i];
        if (conv->kind != DN_MODULE_CONV)
            continue;
        link *made = &s->links[s->link_count++];
        *made = (link){.conv = conv};
        made->norm = s->adjacent ? norm_just_before(s, conv) : find_norm(s, conv);
        DN_TRY(take_steps(s));
        if (made->norm)
            made->norm->taken = true;
        else if (s->first)
            return mismatch("a convolution without a norm before it", conv);
        else
            s->first = made;
    }
    if (!s->first)
        return dn_fail(DN_ERROR_MISMATCH, "no convolution begins the network");
    s->first->taken = true;
    return DN_OK;
}

/* -------------------------------------------------------------------- keys */

static void add_module(structure *s, dn_key key, const dn_module *module)
{
    static const dn_part firsts[] = {
        [DN_MODULE_CONV] = DN_PART_CONV,
        [DN_MODULE_NORM] = DN_PART_NORM_WEIGHT,
        [DN_MODULE_LINEAR] = DN_PART_LINEAR_WEIGHT,
    };
    for (int i = 0; i < 4 && module->tensors[i]; i++) {
        key.part = (dn_part)((int)firsts[module->kind] + i);
        s->match->pairs[s->match->pair_count++] = (dn_pair){key, module->tensors[i]};
    }
}

static void add_link(structure *s, dn_key key, const link *l)
{
    add_module(s, key, l->norm);
    add_module(s, key, l->conv);
}

/* ---------------------------------------------------- the parts of a network */

/* A stem's norms come after its convolutions and often share their numbers,
 * which misleads if two norms have one length. */
static void sort_stem_norms(link *second, link *third, const dn_module *first)
{
    dn_module *norm = second->norm;
    int as_is = dn_likeness(norm, first) + dn_likeness(third->norm, second->conv);
    int swapped = dn_likeness(third->norm, first) + dn_likeness(norm, second->conv);
    if (norm->in == third->norm->in && swapped > as_is) {
        second->norm = third->norm;
        third->norm = norm;
    }
}

/* The stem's later convolutions, each after the norm of the one before. */
static dn_status match_stem(structure *s)
{
    link *stem[3] = {s->first};
    int count = 1;
    s->width = s->first->conv->out;
    for (size_t i = 0; i < s->link_count && count < s->stem_convs; i++) {
        link *l = &s->links[i];
        if (l->taken || l->conv->kernel != 3 || l->conv->in != s->width)
            continue;
        l->taken = true;
        stem[count++] = l;
        s->width = l->conv->out;
    }
    if (count < s->stem_convs)
        return mismatch("the first convolution", s->first->conv);
    if (count == 3 && !s->adjacent)
        sort_stem_norms(stem[1], stem[2], s->first->conv);
    for (int unit = 0; unit < count; unit++) {
        add_module(s, (dn_key){.role = DN_ROLE_STEM, .unit = unit}, stem[unit]->conv);
        if (unit)
            add_module(s, (dn_key){.role = DN_ROLE_STEM, .unit = unit - 1}, stem[unit]->norm);
    }
    return DN_OK;
}

/* The first norm of this length that no convolution reads, and that is not `other`. */
static dn_module *find_loose_norm(const structure *s, int length, const dn_module *other)
{
    for (size_t i = 0; i < s->modules.count; i++)
        if (is_free_norm(&s->modules.items[i], length) && &s->modules.items[i] != other)
            return &s->modules.items[i];
    return NULL;
}

/* The norms that come before no convolution: the stem's, if it ends in one, the one after the
 * last block, and those of the head, which come after that. */
static dn_status match_loose_norms(structure *s, int stem_width)
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
    add_module(s, (dn_key){.role = DN_ROLE_STEM, .unit = s->stem_convs - 1}, stem);
    return DN_OK;
}

/* The 1x1 convolution before a layer's 3x3: by place, or the one whose name is
 * most like it. */
static link *find_bottleneck(structure *s, link *second)
{
    link *best = NULL;
    int likeness = -1;
    for (size_t i = 0; i < s->link_count; i++) {
        link *l = &s->links[i];
        if (l->taken || l->conv->kernel != 1 || l->conv->out != second->conv->in)
            continue;
        int found = !s->adjacent ? compare(s, l->conv, second->conv) : l + 1 == second ? 1 : -1;
        if (found > likeness) {
            likeness = found;
            best = l;
        }
    }
    return best;
}

/* Distinguishes layers from transitions: networks with bottlenecks have at
 * least as many 1x1 convolutions as 3x3, others fewer. */
static dn_status match_layers(structure *s)
{
    int narrow = 0, wide = 0;
    for (size_t i = 0; i < s->link_count; i++)
        if (!s->links[i].taken) {
            narrow += s->links[i].conv->kernel == 1;
            wide += s->links[i].conv->kernel == 3;
        }
    for (size_t i = 0; i < s->link_count; i++) {
        link *l = &s->links[i];
        if (l->taken || l->conv->kernel != 3)
            continue;
        l->taken = true;
        link *first = narrow >= wide ? find_bottleneck(s, l) : l;
        DN_TRY(take_steps(s));
        if (!first)
            return mismatch("a 3x3 convolution", l->conv);
        first->taken = true;
        first->second = narrow >= wide ? l : NULL;
        s->layers[s->layer_count++] = first;
    }
    return DN_OK;
}

static link *next_transition(structure *s)
{
    for (size_t i = 0; i < s->link_count; i++)
        if (!s->links[i].taken)
            return &s->links[i];
    return NULL;
}

/* A 1x1 convolution that is left at the end, after the last norm, is the classifier. */
static bool take_classifier(structure *s, link *left)
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
static dn_status match_blocks(structure *s)
{
    dn_key key = {.role = DN_ROLE_LAYER};
    link *transition = next_transition(s);
    for (size_t i = 0; i < s->layer_count; i++, key.layer++) {
        const link *layer = s->layers[i];
        if (key.layer && transition && transition->conv->in == s->width) {
            add_link(s, (dn_key){.role = DN_ROLE_TRANSITION, .block = key.block}, transition);
            transition->taken = true;
            s->width = transition->conv->out;
            transition = next_transition(s);
            key.block++;
            key.layer = 0;
        }
        if (layer->conv->in != s->width)
            return mismatch("a convolution", layer->conv);
        key.unit = 0;
        add_link(s, key, layer);
        key.unit = 1;
        if (layer->second)
            add_link(s, key, layer->second);
        s->width += layer->second ? layer->second->conv->out : layer->conv->out;
    }
    if (transition && !take_classifier(s, transition))
        return mismatch("a 1x1 convolution", transition->conv);
    return DN_OK;
}

/* Linears, and norms that nothing else has, are the head's, which match_head.c takes apart. */
static void match_end(structure *s)
{
    add_module(s, (dn_key){.role = DN_ROLE_FINAL}, s->last);
    for (size_t i = 0; i < s->modules.count; i++) {
        const dn_module *module = &s->modules.items[i];
        bool norm = module->kind == DN_MODULE_NORM && !module->taken;
        for (int t = 0; t < 4 && module->tensors[t] && (norm || module->kind == DN_MODULE_LINEAR);
             t++)
            s->match->rest[s->match->rest_count++] = module->tensors[t];
    }
}

/* The only convolution with a bias, if it is 1x1, is the classifier. */
static void find_classifier(structure *s)
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

static dn_status match_modules(structure *s)
{
    find_classifier(s);
    DN_TRY(dn_calloc(s->modules.count, sizeof *s->links, &s->links));
    DN_TRY(dn_calloc(s->modules.count, sizeof *s->layers, &s->layers));
    DN_TRY(link_convs(s));
    DN_TRY(match_stem(s));
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
    structure s = {.modules = *modules,
                   .adjacent = attempt->adjacent,
                   .stem_convs = attempt->stem_convs,
                   .budget = budget,
                   .match = match};
    dn_status status = match_modules(&s);
    free(s.links);
    free(s.layers);
    return status;
}
