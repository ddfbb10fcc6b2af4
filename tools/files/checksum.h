/* SPDX-License-Identifier: MIT */
#ifndef TOOL_CHECKSUM_H
#define TOOL_CHECKSUM_H

#include <stdbool.h>

/* What a file's digests begin with, in hexadecimal; NULL or "": not known. */
typedef struct checksum {
    const char *sha256, *md5;
} checksum;

bool checksum_is_known(const checksum *expected);

typedef enum checksum_result { CHECKSUM_AGREES, CHECKSUM_DIFFERS, CHECKSUM_UNREAD } checksum_result;

/* Reads an open file from its beginning and compares its digests with those that are known. If one
 * differs, `said` says how: `its MD5 begins with 01234567 where 89abcdef is expected`. */
checksum_result checksum_compare(int descriptor, const checksum *expected, char said[160]);

#endif
