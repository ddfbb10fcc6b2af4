/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_LEFTOVERS_H
#define DN_BASE_LEFTOVERS_H

/* Removes what killed processes left of this file beside it: NAME.<process>-<n>.tmp
 * where no process has that number any more. */
void dn_remove_leftovers(const char *path);

#endif
