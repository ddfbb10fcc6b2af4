/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_TEMPORARY_H
#define DN_BASE_TEMPORARY_H

#include "base/status.h"

/* Creates a file in the folder of path, for what is to appear there whole or not at all: it
 * is to be written, renamed to path, then closed. It is locked until it is closed.
 * Temporary files of path without a lock were left by killed processes and are removed.
 * The caller closes *descriptor and releases *temporary, the file's path, with dn_free. */
dn_status dn_temporary_create(const char *path, char **temporary, int *descriptor);

/* That file was renamed or removed; to be called before *temporary is released. */
void dn_temporary_forget(const char *temporary);

/* Removes all files of dn_temporary_create that were not forgotten. For a signal's handler, after
 * which the process ends: nothing but unlink() and lock-free atomics. Of files beyond the first
 * 16 at a time, what is left is removed as of a killed process. */
void dn_temporary_remove_all(void);

/* Follows symbolic links from path to their target, which need not exist; path itself if it
 * is not a link. A rename to path would replace the link. Release *target with dn_free. */
dn_status dn_link_target(const char *path, char **target);

#endif
