/* SPDX-License-Identifier: MIT */
/* The head as a list of parts, and as text. */
#ifndef DN_NETWORK_HEAD_H
#define DN_NETWORK_HEAD_H

#include "base/status.h"

/* Fills parts[] with the head's parts, also those of a plain head; returns how many, 0 if
 * the network has no head. */
int dn_head_parts(const dn_arch *arch, dn_head_part parts[DN_MAX_HEAD_PARTS]);

static inline bool dn_is_linear(const dn_head_part *part)
{
    return part->kind == DN_HEAD_LINEAR || part->kind == DN_HEAD_LINEAR_NO_BIAS;
}

/* True if the head is one linear, which needs no number in its name. */
bool dn_head_is_single(const dn_arch *arch);

/* True for ReLU, the mean, and a linear with bias: what all published networks have. */
bool dn_head_is_usual(const dn_arch *arch);

/* True if two heads have the same tensors. */
bool dn_heads_hold_the_same(const dn_arch *a, const dn_arch *b);

/* The rows and columns of means, and their number; 1 without a grid. */
int dn_head_rows(const dn_head *head);
int dn_head_columns(const dn_head *head);
int dn_head_cells(const dn_head *head);

/* True if the vector holds two numbers of each channel. */
bool dn_pool_doubles(dn_head_pool pool);

/* The length of the pooled vector, of a network whose last block leaves `channels`. */
int dn_head_width(const dn_head *head, int channels);

/* True if the part reads the pooled vector element by element or as a linear: what comes
 * before it is not linear. */
bool dn_head_reads_pool(const dn_arch *arch, int part);

/* DN_ERROR_ARGUMENT if the head is not one that a network can have. */
dn_status dn_head_check(const dn_arch *arch);

/* A pool without a grid by its name in that text. DN_ERROR_ARGUMENT if it is none. */
dn_status dn_head_pool_parse(const char *name, dn_head_pool *pool);

/* The head that dn_arch_head_text writes, and its classes; false if it is not such a text. */
bool dn_head_parse(const char *text, dn_head *head, int *classes);

#endif
