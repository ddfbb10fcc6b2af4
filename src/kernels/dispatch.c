/* SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "densenet.h"
#include "kernels/inherit.h"
#include "kernels/kernels.h"
#include "kernels/levels.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

extern const dn_kernels dn_kernels_baseline, dn_kernels_avx2, dn_kernels_avx512, dn_kernels_neon;

static bool always(void)
{
    return true;
}

#if DN_HAS_AVX2
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#endif

#if DN_HAS_AVX512
static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}
#endif

static const struct {
    const dn_kernels *kernels;
    bool (*runs_here)(void);
} levels[] = {
#if DN_HAS_BASELINE
    {&dn_kernels_baseline, always},
#endif
#if DN_HAS_NEON
    {&dn_kernels_neon, always},
#endif
#if DN_HAS_AVX2
    {&dn_kernels_avx2, has_avx2},
#endif
#if DN_HAS_AVX512
    {&dn_kernels_avx512, has_avx512},
#endif
};
#define LEVEL_COUNT ((int)(sizeof levels / sizeof *levels))

static const dn_kernels *const none_added[] = {NULL};
static const dn_kernels *const *added = none_added;

void dn_kernels_add(const dn_kernels *const *tables)
{
    added = tables;
}

const dn_kernels *dn_kernels_level(int index)
{
    for (int i = 0; i < LEVEL_COUNT; i++)
        if (levels[i].runs_here() && index-- == 0)
            return dn_kernels_whole(levels[i].kernels);
    for (int i = 0; added[i]; i++)
        if (index-- == 0)
            return dn_kernels_whole(added[i]);
    return NULL;
}

static const dn_kernels *fastest(void)
{
    const dn_kernels *best = &dn_kernels_reference;
    for (int i = 0; i < LEVEL_COUNT; i++)
        if (levels[i].runs_here())
            best = levels[i].kernels;
    return dn_kernels_whole(best);
}

static const dn_kernels *choose(void)
{
    const char *forced = getenv("DENSENET_CPU");
    const dn_kernels *level = &dn_kernels_reference;
    for (int i = 0; forced && level; level = dn_kernels_level(i++))
        if (strcmp(level->name, forced) == 0)
            return level;
    return fastest();
}

static _Atomic(const dn_kernels *) chosen;

/* The choice is made once, whatever changes in the environment later. If two threads choose at
 * the same time, the first one's choice holds. */
const dn_kernels *dn_kernels_best(void)
{
    const dn_kernels *best = atomic_load(&chosen), *found;
    if (best)
        return best;
    found = choose();
    if (!atomic_compare_exchange_strong(&chosen, &best, found))
        return best;
    const char *asked = getenv("DENSENET_CPU");
    if (asked && strcmp(asked, found->name) != 0)
        dn_log(DN_LOG_WARNING, "DENSENET_CPU=%s does not run here: using %s", asked, found->name);
    return found;
}

void dn_kernels_choose(const dn_kernels *kernels)
{
    atomic_store(&chosen, kernels);
}

const char *dn_cpu_level_name(int index)
{
    const dn_kernels *level = index > 0 ? dn_kernels_level(index - 1) : NULL;
    return index == 0 ? dn_kernels_reference.name : level ? level->name : NULL;
}

const char *dn_cpu_level(void)
{
    return dn_kernels_best()->name;
}
