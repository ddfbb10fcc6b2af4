/* SPDX-License-Identifier: MIT */
/* What the structure may be, tried in turn. */
#include "base/memory.h"
#include "loading/match_structure.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TENSORS 6000 /* matching takes time in proportion to its square */

static int by_natural_name(const void *a, const void *b)
{
    const dn_tensor *first = *(const dn_tensor *const *)a, *second = *(const dn_tensor *const *)b;
    return dn_compare_naturally(first->name, second->name);
}

/* Names are sorted, twice. */
static dn_status take_sorting_steps(const dn_tensor *const *tensors, size_t count,
                                    dn_budget *budget)
{
    size_t steps = 0;
    for (size_t i = 0; i < count; i++)
        steps += 32 * strlen(tensors[i]->name);
    return dn_budget_take_steps(budget, steps);
}

static dn_status match_in_order(const dn_tensor **tensors, size_t count, const dn_attempt *attempt,
                                dn_budget *budget, dn_match *match)
{
    dn_modules modules;
    match->pair_count = match->rest_count = 0;
    DN_TRY(take_sorting_steps(tensors, count, budget));
    if (attempt->natural)
        qsort(tensors, count, sizeof *tensors, by_natural_name);
    DN_TRY(dn_modules_group(tensors, count, &modules));
    dn_status status = dn_match_modules(&modules, attempt, budget, match);
    if (status == DN_OK && !modules.roles_known)
        status = dn_find_roles(match);
    if (status == DN_OK)
        status = dn_settle_norms(match);
    dn_modules_free(&modules);
    return status;
}

/* Order first, since names may say anything; the last attempt's sentence is
 * kept. */
dn_status dn_match_structure(const dn_candidate *candidate, dn_budget *budget, dn_match *match)
{
    static const dn_attempt attempts[] = {
        {false, true, 1},  {false, true, 3},  {true, true, 1},  {true, true, 3},
        {false, false, 3}, {false, false, 1}, {true, false, 3}, {true, false, 1},
    };
    if (candidate->count > MAX_TENSORS)
        return dn_fail(DN_ERROR_MISMATCH, "has %zu tensors in one network, at most %d are matched",
                       candidate->count, MAX_TENSORS);
    const dn_tensor **tensors;
    DN_TRY(dn_match_create(candidate->count, match));
    dn_status status = dn_calloc(candidate->count, sizeof *tensors, &tensors);
    if (status == DN_OK) {
        memcpy(tensors, candidate->tensors, candidate->count * sizeof *tensors);
        status = DN_ERROR_MISMATCH;
        size_t tried = 0;
        for (; tried < sizeof attempts / sizeof *attempts && status == DN_ERROR_MISMATCH; tried++) {
            if (tried == 4) /* back to the file's order */
                memcpy(tensors, candidate->tensors, candidate->count * sizeof *tensors);
            status = match_in_order(tensors, candidate->count, &attempts[tried], budget, match);
        }
        free(tensors);
    }
    if (status != DN_OK)
        dn_match_free(match);
    return status;
}
