/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_TEMPORARY_H
#define DN_BASE_TEMPORARY_H

#include "base/status.h"

/* Creates a file in the folder of path, for what is to appear there whole or not at all: it
 * is to be written, renamed to path, then closed. It is locked until it is closed.
 * Temporary files of path without a lock were left by killed processes and are removed.
 * The caller closes *descriptor and releases *temporary, the file's path, with dn_free. */
dn_status dn_temporary_create(const char *path, char **temporary, int *descriptor);

/* Follows symbolic links from path to their target, which need not exist; path itself if it
 * is not a link. A rename to path would replace the link. Release *target with dn_free. */
dn_status dn_link_target(const char *path, char **target);

#endif
