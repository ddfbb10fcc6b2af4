/* SPDX-License-Identifier: MIT */
/* Mapped files that another process may cut short, or whose disk may fail, while they are read:
 * the system then sends SIGBUS. A program whose handler calls dn_lost_maps_replace goes on, reads
 * zeros, and is told afterwards that they are none of the file's. */
#ifndef DN_BASE_LOST_MAPS_H
#define DN_BASE_LOST_MAPS_H

#include <stdbool.h>
#include <stddef.h>

/* Keeps an eye on a mapping, until it is about to be undone. Past 4096 of them, further ones are
 * not watched. */
void dn_lost_maps_watch(const void *data, size_t size);
void dn_lost_maps_forget(const void *data);

/* For a handler of SIGBUS: puts zeros in place of a mapping from this address's page on. False if
 * the address is in none that is watched. */
bool dn_lost_maps_replace(const void *address);

/* Whether that was done to the mapping that begins here. */
bool dn_lost_maps_has(const void *data);

#endif
