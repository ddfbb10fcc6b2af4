/* SPDX-License-Identifier: MIT */
/* Walks a tar archive in memory: V7, ustar, GNU and pax, with long names of
 * either. Nothing is unpacked, links are not followed, and names are never used
 * as paths. */
#ifndef DN_DATASETS_TAR_H
#define DN_DATASETS_TAR_H

#include "base/status.h"

#define DN_TAR_BLOCK 512
#define DN_TAR_LONGEST_NAME 4095

typedef struct dn_tar {
    const char *path; /* for messages */
    const unsigned char *data;
    size_t size, offset; /* of the next header */
    int links;           /* hard and symbolic links so far */
    /* Of the last member found: */
    char name[DN_TAR_LONGEST_NAME + 1];
    size_t start, length; /* where its bytes are in data */
} dn_tar;

/* Begins at the first header; data must outlive the walk. */
void dn_tar_begin(const char *path, const unsigned char *data, size_t size, dn_tar *tar);

/* Advances to the next regular file; *found says whether there is one. */
dn_status dn_tar_next(dn_tar *tar, bool *found);

/* Whether a block is a tar header: its checksum is right. */
bool dn_tar_is_header(const unsigned char block[DN_TAR_BLOCK]);

#endif
