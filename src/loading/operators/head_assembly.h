/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_OPERATORS_HEAD_ASSEMBLY_H
#define DN_LOADING_OPERATORS_HEAD_ASSEMBLY_H

#include "loading/operators/pairs.h"

/* The head's tensors; order: of the last maps' channels. */
dn_status dn_head_assemble(dn_assembly *a, const int *order);

/* The head and its classes, as an architecture has them. */
void dn_head_describe(const dn_walk_head *head, dn_arch *arch);

#endif
