/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_URL_H
#define DN_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether it is one rather than a file's path: of any scheme, or a command as WebDataset has them,
 * "pipe:...". */
bool dn_is_url(const char *path);

/* Whether it is one of HTTP, with or without TLS. */
bool dn_is_http_url(const char *path);

/* What may be shown of it: without the user, password, query and fragment, which may be secrets. */
void dn_url_shown(const char *url, char *text, size_t size);

/* Whether that is not all of it. */
bool dn_url_has_secrets(const char *url);

#endif
