/* SPDX-License-Identifier: MIT */
/* The levels that this build contains: 1 or 0, for #if. A twin (DN_EMULATED) needs
 * none of its level's instructions. */
#ifndef DN_KERNELS_LEVELS_H
#define DN_KERNELS_LEVELS_H

#if defined(__x86_64__) || defined(DN_EMULATED)
#define DN_HAS_AVX2 1
#define DN_HAS_AVX512 1
#else
#define DN_HAS_AVX2 0
#define DN_HAS_AVX512 0
#endif
#if defined(__aarch64__) || defined(DN_EMULATED)
#define DN_HAS_NEON 1
#else
#define DN_HAS_NEON 0
#endif
#if !defined(__aarch64__) || defined(DN_EMULATED)
#define DN_HAS_BASELINE 1
#else
#define DN_HAS_BASELINE 0
#endif

#endif
