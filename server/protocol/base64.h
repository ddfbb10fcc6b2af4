/* SPDX-License-Identifier: MIT */
#ifndef PROTOCOL_BASE64_H
#define PROTOCOL_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* Undoes Base64 (RFC 4648, section 4) where it stands; the last "=" may be missing. False if it is
 * none. */
bool base64_decode(unsigned char *text, size_t *size);

#endif
