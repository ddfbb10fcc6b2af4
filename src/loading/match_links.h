/* SPDX-License-Identifier: MIT */
/* What match_structure.c works on: a network's modules, each convolution with its norm. */
#ifndef DN_LOADING_MATCH_LINKS_H
#define DN_LOADING_MATCH_LINKS_H

#include "loading/match.h"
#include "loading/modules.h"

/* A convolution with the norm before it. */
typedef struct dn_link {
    dn_module *norm, *conv; /* norm NULL: the network's first convolution */
    struct dn_link *second; /* of a layer's 1x1 convolution: its 3x3 */
    bool taken;
} dn_link;

typedef struct dn_structure {
    dn_modules modules;
    bool adjacent;  /* each norm comes directly before its convolution */
    int stem_convs; /* 1 or 3 */
    dn_link *links; /* in order */
    size_t link_count;
    dn_link *first;
    dn_link **layers;
    size_t layer_count;
    dn_module *last; /* the norm after the last block */
    int width;       /* channels at the place being matched */
    dn_budget *budget;
    size_t steps; /* of the budget, not yet taken */
    dn_match *match;
} dn_structure;

/* DN_ERROR_MISMATCH, about a module that has no place. */
dn_status dn_misplaced(const char *what, const dn_module *module);

bool dn_is_free_norm(const dn_module *module, int length);

/* How alike two modules' names are; counts the steps of that, which dn_take_link_steps takes. */
int dn_compare_linked(dn_structure *s, const dn_module *a, const dn_module *b);
dn_status dn_take_link_steps(dn_structure *s);

/* Every convolution with its norm, in s->links and s->first. */
dn_status dn_link_convs(dn_structure *s);

/* A module's tensors under their keys. */
void dn_add_module(dn_structure *s, dn_key key, const dn_module *module);

/* The stem's convolutions, each after the norm of the one before. */
dn_status dn_match_stem(dn_structure *s);

#endif
