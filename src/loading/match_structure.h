/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_MATCH_STRUCTURE_H
#define DN_LOADING_MATCH_STRUCTURE_H

#include "loading/match.h"
#include "loading/modules.h"

/* What is assumed of a network whose names say nothing. */
typedef struct dn_attempt {
    bool natural;   /* tensors in the natural order of their names, not the file's */
    bool adjacent;  /* each norm comes directly before its convolution */
    int stem_convs; /* 1 or 3 */
} dn_attempt;

/* Keys for all modules; DN_ERROR_MISMATCH, with a sentence, if they are not a DenseNet's. */
dn_status dn_match_modules(const dn_modules *modules, const dn_attempt *attempt, dn_budget *budget,
                           dn_match *match);

#endif
