/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_TEMPORARY_H
#define DN_BASE_TEMPORARY_H

#include "base/status.h"

/* Creates a file beside path, for what is to appear there whole or not at all:
 * to be written, renamed to path, then closed. Until it is closed it is locked,
 * by which it is known from what killed processes left beside path: that is
 * removed. The caller closes *descriptor and releases *temporary, the file's
 * path, with dn_free. */
dn_status dn_temporary_create(const char *path, char **temporary, int *descriptor);

/* The file that path leads to by symbolic links, there or not; path itself where it
 * is none. A rename to path would replace the link. Release *target with dn_free. */
dn_status dn_link_target(const char *path, char **target);

#endif
