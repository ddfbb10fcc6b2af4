/* SPDX-License-Identifier: MIT */
/* From the tensors of a file to a network, in steps:
 *     candidates   sets of tensors that may be one network's state
 *     match        each tensor's key, by a code base's names or by structure
 *     infer        the architecture that the keys and shapes describe
 *     head         what is left: match_head.h
 *     complete     a tensor for each slot of that architecture, or an error */
#ifndef DN_LOADING_MATCH_H
#define DN_LOADING_MATCH_H

#include "network/layout.h"
#include "network/names.h"
#include "tensors/tensors.h"

/* Tensors in one dictionary of a file, or below it, or whose names begin alike, except
 * counters and the like, which no network needs. */
typedef struct dn_candidate {
    const char *file_name;
    const char *scope; /* path with its final dot; "": the whole file */
    size_t scope_length;
    bool bare; /* without what frameworks keep beside a network */
    size_t place;
    const dn_tensor **tensors;
    size_t count;
} dn_candidate;

typedef struct dn_candidates {
    dn_candidate *items; /* the likeliest first */
    size_t count;
} dn_candidates;

dn_status dn_candidates_find(const dn_tensor_file *file, dn_candidates *candidates);

/* Only those at or below one path, from the beginning of names or, if no tensor is there, within
 * them; none if no tensor is there either. */
dn_status dn_candidates_at(const dn_tensor_file *file, const char *path, dn_candidates *candidates);
void dn_candidates_free(dn_candidates *candidates);

typedef struct dn_pair {
    dn_key key;
    const dn_tensor *tensor;
} dn_pair;

typedef struct dn_match {
    dn_pair *pairs;
    size_t pair_count;
    const dn_tensor **rest; /* tensors without a key */
    size_t rest_count;
    const char *dialect;  /* for a person */
    dn_dialect naming;    /* for naming what is missing */
    dn_concat convention; /* where the dialect puts new maps; AUTO if unknown */
    bool cut;             /* names are those of a module taken out of its network and put into an
                             nn.Sequential */
    char head_fault[512]; /* why the tensors without a key are not a head, or "" */
} dn_match;

/* Room for count tensors; released by dn_match_free. */
dn_status dn_match_create(size_t count, dn_match *match);
void dn_match_free(dn_match *match);

/* By the dialect that knows most of the names; there may be few or none. */
dn_status dn_match_names(const dn_candidate *candidate, dn_match *match);

/* By kind, shape and order, whatever the names. DN_ERROR_MISMATCH, with a
 * sentence, if the tensors are not those of a DenseNet. */
dn_status dn_match_structure(const dn_candidate *candidate, dn_budget *budget, dn_match *match);

/* Puts each norm's four tensors, matched in any order, into their roles: means
 * and variances are what neighbouring layers share. */
dn_status dn_find_roles(dn_match *match);

/* Exchanges a layer's two norms, matched by structure, where statistics say so. */
dn_status dn_settle_norms(dn_match *match);

/* The architecture but for its head; DN_ERROR_MISMATCH if it cannot be inferred. stem: the kind
 * that the file says it is, NULL: none; believed if its norms are there or not, as it has them. */
dn_status dn_infer(const dn_match *match, const char *stem, dn_arch *arch);

/* Whether the tensors may be those of timm's densenetblur121d. */
bool dn_may_blur(const dn_arch *arch);

/* Gives that name, or takes it away, once it is known whether the stem blurs. */
void dn_name_by_pool(dn_arch *arch);

/* sources[i] becomes the tensor of slot i, biases[i] that of the bias of the convolution in
 * slot i, or NULL. DN_ERROR_MISMATCH, naming what is
 * missing, left over or of another shape, unless every slot has one and every
 * tensor is used. */
dn_status dn_check_complete(const dn_match *match, const dn_arch *arch, const dn_layout *layout,
                            const dn_tensor **sources, const dn_tensor **biases);

#endif
