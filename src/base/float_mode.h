/* SPDX-License-Identifier: MIT */
/* How the calling thread computes with floats. */
#ifndef DN_BASE_FLOAT_MODE_H
#define DN_BASE_FLOAT_MODE_H

#include <stdint.h>

typedef uint64_t dn_float_mode;

/* Makes the thread round to the nearest, raise no signal, and take numbers below the normal ones,
 * read or computed, as 0, where the processor can; returns how it computed before. */
dn_float_mode dn_float_mode_enter(void);
void dn_float_mode_leave(dn_float_mode before);

#endif
