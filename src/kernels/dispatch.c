/* SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "densenet.h"
#include "kernels/inherit.h"
#include "kernels/kernels.h"
#include "kernels/levels.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#if DN_HAS_AVX2
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif
#if DN_HAS_NEON
#include <sys/auxv.h>
#endif

extern const dn_kernels dn_kernels_baseline, dn_kernels_avx2, dn_kernels_avxvnni, dn_kernels_avx512,
    dn_kernels_avx512vnni, dn_kernels_avx512bf16, dn_kernels_amx, dn_kernels_neon,
    dn_kernels_neondot, dn_kernels_neoni8mm, dn_kernels_neonbf16;

static bool always(void)
{
    return true;
}

#if DN_HAS_AVX2
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/* Leaf 7 of CPUID, subleaf 1, register EAX. */
#define CPUID_AVXVNNI (1u << 4)

static bool has_avxvnni(void)
{
    unsigned eax, ebx, ecx, edx;
    return has_avx2() && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && (eax & CPUID_AVXVNNI);
}
#endif

#if DN_HAS_NEON
#ifndef HWCAP_ASIMDDP
#define HWCAP_ASIMDDP (1 << 20)
#endif
#ifndef HWCAP2_I8MM
#define HWCAP2_I8MM (1 << 13)
#endif
#ifndef HWCAP2_BF16
#define HWCAP2_BF16 (1 << 14)
#endif

static bool has_neondot(void)
{
    return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
}

static bool has_neoni8mm(void)
{
    return (getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0;
}

static bool has_neonbf16(void)
{
    return has_neoni8mm() && (getauxval(AT_HWCAP2) & HWCAP2_BF16) != 0;
}
#endif

#if DN_HAS_AVX512
static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

static bool has_avx512vnni(void)
{
    return has_avx512() && __builtin_cpu_supports("avx512vnni");
}

static bool has_avx512bf16(void)
{
    return has_avx512vnni() && __builtin_cpu_supports("avx512bf16");
}

/* Leaf 7 of CPUID, subleaf 0, register EDX, tells what the processor has; Linux lets only those
 * processes use tiles that ask for them. */
#define CPUID_AMX_BF16 (1u << 22)
#define CPUID_AMX_TILE (1u << 24)
#define CPUID_AMX_INT8 (1u << 25)
#define ARCH_REQ_XCOMP_PERM 0x1023
#define XFEATURE_XTILEDATA 18

static bool has_amx(void)
{
    unsigned eax, ebx, ecx, edx;
    const unsigned needed = CPUID_AMX_TILE | CPUID_AMX_BF16 | CPUID_AMX_INT8;
    return has_avx512bf16() && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) &&
           (edx & needed) == needed &&
           syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
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
    {&dn_kernels_neondot, has_neondot},
    {&dn_kernels_neoni8mm, has_neoni8mm},
    {&dn_kernels_neonbf16, has_neonbf16},
#endif
#if DN_HAS_AVX2
    {&dn_kernels_avx2, has_avx2},
    {&dn_kernels_avxvnni, has_avxvnni},
#endif
#if DN_HAS_AVX512
    {&dn_kernels_avx512, has_avx512},
    {&dn_kernels_avx512vnni, has_avx512vnni},
    {&dn_kernels_avx512bf16, has_avx512bf16},
    {&dn_kernels_amx, has_amx},
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
