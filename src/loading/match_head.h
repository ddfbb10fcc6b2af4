/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_MATCH_HEAD_H
#define DN_LOADING_MATCH_HEAD_H

#include "loading/match.h"
#include "loading/recorded/classes.h"

/* What a file says, or leaves to be assumed, about its head. */
typedef struct dn_head_facts {
    bool assumed;         /* parts without tensors, or the pool, are not in the file */
    bool assumed_linear;  /* nor is whether a ReLU follows the last norm: there is none */
    bool tells_objective; /* by what comes last: a sigmoid, or a softmax */
    bool assumed_sigmoid; /* there is one, but it is not known to come last */
    bool assumed_no_bias; /* a linear's bias is missing, which no module explains */
    bool open_end;        /* the last linear is in a Sequential of which more may follow */
    dn_objective objective;
} dn_head_facts;

/* arch->head is a grid that the caller asks for, or zeros. Sets it and arch->classes from the
 * match's tensors with a key of the head and those without a key, and gives these their keys; arch
 * holds all else. Without such tensors there is no head. Tensors that are not of a head keep what
 * they are, and match->head_fault says why. DN_ERROR_MISMATCH for a head with a part that is not
 * supported. */
dn_status dn_match_head(dn_match *match, const dn_tensor_file *file, dn_arch *arch,
                        dn_head_facts *facts);

#endif
