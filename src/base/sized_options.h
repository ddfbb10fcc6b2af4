/* SPDX-License-Identifier: MIT */
/* Structures of options, which begin with their size as the caller was compiled with
 * it: either side may know members that the other does not. */
#ifndef DN_BASE_SIZED_OPTIONS_H
#define DN_BASE_SIZED_OPTIONS_H

#include "base/status.h"

/* What a *_defaults function does: sets all `size` bytes of *options, as far as there
 * are defaults from those, and to zero where not. */
void dn_start_options(void *options, size_t size, const void *defaults, size_t defaults_size);

/* Copies *given over *own, which holds the defaults; given NULL: leaves them. Refuses
 * options that no *_defaults function started, and members that this version does not
 * know unless they are zero. */
dn_status dn_read_options(const void *given, void *own, size_t own_size);

#endif
