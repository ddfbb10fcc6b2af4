/* SPDX-License-Identifier: MIT */
/* The passes of a process without pictures, whose norms see those of others: it adds nothing to
 * what a node's passes exchange. */
#ifndef DN_ENGINE_ABSENT_H
#define DN_ENGINE_ABSENT_H

#include "train/engine/state.h"

void dn_absent_forward(dn_engine *engine, const dn_node *node);
void dn_absent_backward(dn_engine *engine, const dn_node *node);

#endif
