/* SPDX-License-Identifier: MIT */
/* What reading a file may cost, in proportion to its size: nobody should need gigabytes or
 * minutes for a few kilobytes that a stranger sent. */
#ifndef DN_BASE_BUDGET_H
#define DN_BASE_BUDGET_H

#include "base/status.h"

typedef struct dn_budget {
    size_t file_size;
    size_t bytes, most_bytes; /* of memory: taken, and allowed in all */
    size_t steps, most_steps; /* of a nanosecond or so */
} dn_budget;

/* Allows 64 MiB and 48 bytes per byte of the file, a quarter of a second and 64 steps per byte. */
void dn_budget_begin(size_t file_size, dn_budget *budget);

/* Take from what is left; DN_ERROR_LIMIT, with a sentence that says the limit, if it is not
 * enough. */
dn_status dn_budget_take_bytes(dn_budget *budget, size_t bytes);
dn_status dn_budget_take_steps(dn_budget *budget, size_t steps);

/* For memory that is given back soon: fails as dn_budget_take_bytes would, and takes nothing. */
dn_status dn_budget_admit_bytes(const dn_budget *budget, size_t bytes);

#endif
