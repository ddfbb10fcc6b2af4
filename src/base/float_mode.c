/* SPDX-License-Identifier: MIT */
#include "base/float_mode.h"

#if defined(__x86_64__)

#include <xmmintrin.h>

#define USUAL 0x1f80u /* MXCSR: all exceptions masked, none noted, to the nearest */
#define FLUSH_RESULTS 0x8000u
#define FLUSH_OPERANDS 0x0040u

dn_float_mode dn_float_mode_enter(void)
{
    unsigned before = _mm_getcsr();
    _mm_setcsr(USUAL | FLUSH_RESULTS | FLUSH_OPERANDS);
    return before;
}

void dn_float_mode_leave(dn_float_mode before)
{
    _mm_setcsr((unsigned)before);
}

#elif defined(__aarch64__)

#define FLUSH ((uint64_t)1 << 24) /* FPCR.FZ, operands and results; all else 0 is the usual */

static void set(uint64_t mode)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(mode) : "memory");
}

dn_float_mode dn_float_mode_enter(void)
{
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before) : : "memory");
    set(FLUSH);
    return before;
}

void dn_float_mode_leave(dn_float_mode before)
{
    set(before);
}

#else

dn_float_mode dn_float_mode_enter(void)
{
    return 0;
}

void dn_float_mode_leave(dn_float_mode before)
{
    (void)before;
}

#endif
