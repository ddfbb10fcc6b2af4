/* SPDX-License-Identifier: MIT */
/* The arguments of a call, by number, and operators of them. */
#ifndef DN_TORCH_FROZEN_ARGUMENTS_H
#define DN_TORCH_FROZEN_ARGUMENTS_H

#include "tensors/torch/frozen/frozen_calls.h"

/* Beyond the last they are None. */
const dn_script_value *dn_script_argument(const dn_script_call *call, int number);
bool dn_script_is_value(const dn_script_call *call, int number);

/* A number, or what holds without it. */
bool dn_script_number(const dn_script_call *call, int number, double usual, double *read);
bool dn_script_is_number(const dn_script_call *call, int number, double usual, double expected);
bool dn_script_whole(const dn_script_value *item, int64_t *whole);

/* `count` whole numbers of a list; one for all; without any, `usual` (NULL: there must be some). */
bool dn_script_integers(const dn_script_call *call, int number, int count, const int64_t *usual,
                        int64_t *integers);

/* Adds the operator that a function is, in general of the type; *made stays where its arguments are
 * not such as a network has. */
typedef dn_status dn_script_function(const dn_script_call *call, const char *type,
                                     dn_frozen_value *made);

/* Of the first arguments, which are tensors. */
dn_status dn_script_add(const dn_script_call *call, const char *type, int inputs,
                        dn_frozen_value *made);

/* Of one tensor; the other shows the same memory. */
dn_script_function dn_script_unary, dn_script_same;

#endif
