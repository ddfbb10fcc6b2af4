/* SPDX-License-Identifier: MIT */
/* What statistics say of a network's function where its tensors do not tell. */
#ifndef DN_CHECK_HYPOTHESES_H
#define DN_CHECK_HYPOTHESES_H

#include "network/model.h"

typedef struct dn_hypotheses {
    bool recorded;           /* there are statistics, if only young ones */
    dn_relu transition_relu; /* AUTO: nothing recorded, or neither fits much better */
    dn_stem_pool stem_pool;  /* USUAL: likewise, or a stem without a norm */
} dn_hypotheses;

dn_status dn_weigh_hypotheses(const dn_model *model, dn_hypotheses *found);

#endif
