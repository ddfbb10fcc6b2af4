/* SPDX-License-Identifier: MIT */
/* The header of a NumPy array file (.npy): magic, version, the length of a text, and the text, a
 * Python dictionary of three entries, as numpy.lib.format documents them. */
#ifndef DN_BASE_NPY_HEADER_H
#define DN_BASE_NPY_HEADER_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

#define DN_NPY_MAX_RANK 8
#define DN_NPY_BEGIN 12 /* bytes that say where the text is */

/* Room for the header of any shape, and a multiple of 64, so that data after it is aligned. */
#define DN_NPY_HEADER_SIZE 256

typedef struct dn_npy_header {
    char type[16]; /* "<f4" */
    bool fortran;  /* the first axis varies fastest */
    int rank;
    int64_t shape[DN_NPY_MAX_RANK];
} dn_npy_header;

/* Where the text of a header is, that begins as `begin` says and belongs to `size` bytes in all.
 * DN_ERROR_FORMAT, with a sentence that a name may precede. */
dn_status dn_npy_locate(const unsigned char begin[DN_NPY_BEGIN], uint64_t size, size_t *offset,
                        size_t *length);

/* Reads the text, which ends in a zero byte; DN_ERROR_FORMAT if it is no such dictionary. */
dn_status dn_npy_parse(const char *text, dn_npy_header *header);

/* Writes version 1.0. type: "<f4"; shape NULL: blank, to be filled in later. */
void dn_npy_fill(const char *type, int rank, const int64_t *shape, char header[DN_NPY_HEADER_SIZE]);

#endif
