/* SPDX-License-Identifier: MIT */
#include "loading/match_links.h"

dn_status dn_misplaced(const char *what, const dn_module *module)
{
    return dn_fail(DN_ERROR_MISMATCH, "%s, \"%.*s\", is not where a DenseNet has one", what,
                   (int)(module->path_length < 200 ? module->path_length : 200), module->path);
}

bool dn_is_free_norm(const dn_module *module, int length)
{
    return module->kind == DN_MODULE_NORM && !module->taken && module->in == length;
}

int dn_compare_linked(dn_structure *s, const dn_module *a, const dn_module *b)
{
    s->steps += a->path_length < b->path_length ? a->path_length : b->path_length;
    return dn_likeness(a, b);
}

dn_status dn_take_link_steps(dn_structure *s)
{
    size_t steps = s->steps + s->modules.count; /* all modules or links were looked at */
    s->steps = 0;
    return dn_budget_take_steps(s->budget, steps);
}

/* Of equally likely norms the nearest before the convolution, or else the first
 * after it. */
static dn_module *find_norm(dn_structure *s, const dn_module *conv)
{
    dn_module *modules = s->modules.items, *best = NULL;
    size_t place = (size_t)(conv - modules);
    int likeness = -1;
    for (size_t step = 0; step < s->modules.count; step++) {
        size_t i = step < place ? place - 1 - step : step; /* backwards, then forwards */
        int found =
            dn_is_free_norm(&modules[i], conv->in) ? dn_compare_linked(s, &modules[i], conv) : -1;
        if (found > likeness) {
            likeness = found;
            best = &modules[i];
        }
    }
    return best;
}

static dn_module *norm_just_before(const dn_structure *s, dn_module *conv)
{
    bool fits = conv > s->modules.items && dn_is_free_norm(conv - 1, conv->in);
    return fits ? conv - 1 : NULL;
}

dn_status dn_link_convs(dn_structure *s)
{
    for (size_t i = 0; i < s->modules.count; i++) {
        dn_module *conv = &s->modules.items[i];
        if (conv->kind != DN_MODULE_CONV)
            continue;
        dn_link *made = &s->links[s->link_count++];
        *made = (dn_link){.conv = conv};
        made->norm = s->adjacent ? norm_just_before(s, conv) : find_norm(s, conv);
        DN_TRY(dn_take_link_steps(s));
        if (made->norm)
            made->norm->taken = true;
        else if (s->first)
            return dn_misplaced("a convolution without a norm before it", conv);
        else
            s->first = made;
    }
    if (!s->first)
        return dn_fail(DN_ERROR_MISMATCH, "no convolution begins the network");
    s->first->taken = true;
    return DN_OK;
}

void dn_add_module(dn_structure *s, dn_key key, const dn_module *module)
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
