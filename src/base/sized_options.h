/* SPDX-License-Identifier: MIT */
/* Structures of options begin with their size, as the caller was compiled with it: caller
 * and library may each know members that the other does not. A new member never goes into
 * the padding after the last, so that the size changes with it. */
#ifndef DN_BASE_SIZED_OPTIONS_H
#define DN_BASE_SIZED_OPTIONS_H

#include "base/status.h"

/* Does the work of a *_defaults function: copies the defaults into *options and sets the
 * rest of its `size` bytes to zero. */
void dn_start_options(void *options, size_t size, const void *defaults, size_t defaults_size);

/* Copies *given over *own, which holds the defaults; given NULL leaves them. Refuses
 * options that were not initialised by a *_defaults function, and members that this
 * version does not know unless they are zero. */
dn_status dn_read_options(const void *given, void *own, size_t own_size);

#endif
