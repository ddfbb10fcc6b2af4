/* SPDX-License-Identifier: MIT */
/* A head while it is being made out: match_head.c finds the parts that hold tensors,
 * head_chain.c their order, head_pool.c the pool, head_parts.c what is between them. */
#ifndef DN_LOADING_HEAD_PARTS_H
#define DN_LOADING_HEAD_PARTS_H

#include "loading/match_head.h"
#include "loading/modules.h"

typedef struct dn_head_work {
    dn_match *match;
    const dn_arch *arch;
    const dn_tensor_file *file;
    dn_head asked;                /* the grid that the caller says; pool 0: none */
    dn_recorded_modules recorded; /* of a pickled module */
    dn_modules modules;
    const dn_tensor **tensors;
    size_t tensor_count;
    const char *norm; /* the path of the norm after the last block */
    size_t norm_length;
    dn_head head;
    int classes;
    bool linear_final;
    int units[DN_MAX_HEAD_PARTS]; /* of each module: its part */
    dn_head_facts facts;
    bool unsupported; /* a part that no other reading of the tensors can explain */
} dn_head_work;

/* Puts the modules into the order in which they follow one another: the file's or that of names,
 * or the only one that is possible after maps of so many channels. */
dn_status dn_order_head(dn_modules *modules, int channels);

/* The pool that makes as many values as the first module reads. */
dn_status dn_choose_pool(dn_head_work *w, const dn_module *first);

dn_status dn_add_head_part(dn_head_work *w, dn_head_kind kind, int outputs);
bool dn_has_linear(const dn_head_work *w);

/* The parts from recorded module `first` to before `end`; *relu becomes true for a ReLU before
 * the first part. Nothing but numbers comes after a sigmoid or softmax. */
dn_status dn_add_classes(dn_head_work *w, size_t first, size_t end, bool *relu);

/* The recorded modules between two, if all of them are known. */
bool dn_find_between(const dn_head_work *w, const dn_module *a, const dn_module *b, size_t *first,
                     size_t *end);

/* Where numbers leave room, ReLU if a linear awaits it, and dropout. Where they do not tell,
 * ReLU before the next linear. */
dn_status dn_assume_between(dn_head_work *w, const dn_module *a, const dn_module *b);

/* What is before the first module: a Sequential has a ReLU and a pool only as modules; any
 * other network is taken to have them. */
dn_status dn_begin_head(dn_head_work *w, const dn_module *first);

/* The same of a network without a head. */
dn_status dn_end_without_head(dn_head_work *w);

#endif
