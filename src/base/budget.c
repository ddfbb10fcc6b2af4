/* SPDX-License-Identifier: MIT */
#include "base/budget.h"

#include "base/memory.h"

#include <stdint.h>

/* The largest factor of honest files is that of a pickle's objects, about 40 bytes per byte. */
#define FREE_BYTES ((size_t)64 << 20)
#define BYTES_PER_BYTE 48
#define FREE_STEPS ((size_t)1 << 28)
#define STEPS_PER_BYTE 64

static size_t allowance(size_t free, size_t factor, size_t file_size)
{
    size_t share, sum;
    return dn_multiply(factor, file_size, &share) && dn_add(free, share, &sum) ? sum : SIZE_MAX;
}

void dn_budget_begin(size_t file_size, dn_budget *budget)
{
    *budget = (dn_budget){.file_size = file_size,
                          .most_bytes = allowance(FREE_BYTES, BYTES_PER_BYTE, file_size),
                          .most_steps = allowance(FREE_STEPS, STEPS_PER_BYTE, file_size)};
}

dn_status dn_budget_admit_bytes(const dn_budget *budget, size_t bytes)
{
    if (bytes <= budget->most_bytes - budget->bytes)
        return DN_OK;
    return dn_fail(
        DN_ERROR_LIMIT,
        "its contents need more than %zu MiB of memory, the most for a file of %zu bytes",
        budget->most_bytes >> 20, budget->file_size);
}

dn_status dn_budget_take_bytes(dn_budget *budget, size_t bytes)
{
    DN_TRY(dn_budget_admit_bytes(budget, bytes));
    budget->bytes += bytes;
    return DN_OK;
}

dn_status dn_budget_take_steps(dn_budget *budget, size_t steps)
{
    if (steps > budget->most_steps - budget->steps)
        return dn_fail(DN_ERROR_LIMIT,
                       "its contents need more than %zu million steps to understand, the most for "
                       "a file of %zu bytes",
                       budget->most_steps / 1000000, budget->file_size);
    budget->steps += steps;
    return DN_OK;
}
