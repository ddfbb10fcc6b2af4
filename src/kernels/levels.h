/* SPDX-License-Identifier: MIT */
/* Which levels this build contains: 1 or 0, for #if. */
#ifndef DN_KERNELS_LEVELS_H
#define DN_KERNELS_LEVELS_H

#if defined(__x86_64__)
#define DN_HAS_AVX2 1
#define DN_HAS_AVX512 1
#else
#define DN_HAS_AVX2 0
#define DN_HAS_AVX512 0
#endif
#if defined(__aarch64__)
#define DN_HAS_NEON 1
#define DN_HAS_BASELINE 0
#else
#define DN_HAS_NEON 0
#define DN_HAS_BASELINE 1
#endif

#endif
