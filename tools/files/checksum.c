/* SPDX-License-Identifier: MIT */
#include "files/checksum.h"

#include "files/md5.h"
#include "files/sha256.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool known(const char *digits)
{
    return digits && digits[0];
}

bool checksum_is_known(const checksum *expected)
{
    return known(expected->sha256) || known(expected->md5);
}

static bool begins(const char *kind, const char *digest, const char *expected, char said[160])
{
    if (!known(expected) || strncasecmp(digest, expected, strlen(expected)) == 0)
        return true;
    snprintf(said, 160, "its %s begins with %.8s where %.64s is expected", kind, digest, expected);
    return false;
}

checksum_result checksum_compare(int descriptor, const checksum *expected, char said[160])
{
    static unsigned char buffer[1 << 16];
    char digest[65];
    sha256 sha;
    md5 other;
    ssize_t count;
    off_t offset = 0;
    sha256_begin(&sha);
    md5_begin(&other);
    while ((count = pread(descriptor, buffer, sizeof buffer, offset)) > 0) {
        if (known(expected->sha256))
            sha256_add(&sha, buffer, (size_t)count);
        if (known(expected->md5))
            md5_add(&other, buffer, (size_t)count);
        offset += count;
    }
    if (count < 0)
        return CHECKSUM_UNREAD;
    sha256_end(&sha, digest);
    bool sound = begins("SHA-256", digest, expected->sha256, said);
    md5_end(&other, digest);
    return sound && begins("MD5", digest, expected->md5, said) ? CHECKSUM_AGREES : CHECKSUM_DIFFERS;
}
