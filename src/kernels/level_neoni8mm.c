/* SPDX-License-Identifier: MIT */
/* NEON with I8MM, an option from Armv8.2 on and a part of Armv8.6: four bytes at once. */
#include "kernels/levels.h"

#if DN_HAS_NEON
#define DN_LEVEL neoni8mm
#define DN_PARENT neon
#define DN_OWN_BYTES
#include "kernels/templates/refined_level.h"
#endif
