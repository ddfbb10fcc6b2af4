/* SPDX-License-Identifier: MIT */
/* The stem's part of match_structure.c. */
#include "loading/match_links.h"

/* A stem's norms come after its convolutions and often share their numbers,
 * which misleads if two norms have one length. */
static void sort_stem_norms(dn_link *second, dn_link *third, const dn_module *first)
{
    dn_module *norm = second->norm;
    int as_is = dn_likeness(norm, first) + dn_likeness(third->norm, second->conv);
    int swapped = dn_likeness(third->norm, first) + dn_likeness(norm, second->conv);
    if (norm->in == third->norm->in && swapped > as_is) {
        second->norm = third->norm;
        third->norm = norm;
    }
}

dn_status dn_match_stem(dn_structure *s)
{
    dn_link *stem[3] = {s->first};
    int count = 1;
    s->width = s->first->conv->out;
    for (size_t i = 0; i < s->link_count && count < s->stem_convs; i++) {
        dn_link *l = &s->links[i];
        if (l->taken || l->conv->kernel != 3 || l->conv->in != s->width)
            continue;
        l->taken = true;
        stem[count++] = l;
        s->width = l->conv->out;
    }
    if (count < s->stem_convs)
        return dn_misplaced("the first convolution", s->first->conv);
    if (count == 3 && !s->adjacent)
        sort_stem_norms(stem[1], stem[2], s->first->conv);
    for (int unit = 0; unit < count; unit++) {
        dn_add_module(s, (dn_key){.role = DN_ROLE_STEM, .unit = unit}, stem[unit]->conv);
        if (unit)
            dn_add_module(s, (dn_key){.role = DN_ROLE_STEM, .unit = unit - 1}, stem[unit]->norm);
    }
    return DN_OK;
}
