/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_LEFTOVERS_H
#define DN_LOADING_LEFTOVERS_H

#include "loading/load_job.h"

/* Warns of tensors in the network's dictionary that are neither its own nor of a known kind that
 * changes no answer: a forward() may use them. */
dn_status dn_warn_of_leftovers(dn_load_job *l);

#endif
