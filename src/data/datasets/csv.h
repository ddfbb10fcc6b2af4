/* SPDX-License-Identifier: MIT */
/* Comma-separated values as in RFC 4180: quoted fields may hold commas, line
 * ends and doubled quotes; lines end in LF or CRLF; a byte-order mark and empty
 * lines are skipped. */
#ifndef DN_DATASETS_CSV_H
#define DN_DATASETS_CSV_H

#include "data/datasets/name_list.h"

typedef struct dn_csv {
    const char *path; /* for messages */
    const char *data;
    size_t size, offset;
    int64_t line;        /* where the last row read began, from 1 */
    int64_t next_line;   /* where the next one begins */
    dn_name_list fields; /* of the last row read, unquoted */
} dn_csv;

void dn_csv_begin(const char *path, const void *data, size_t size, dn_csv *csv);

/* Reads the next row into fields; *found says whether there was one. */
dn_status dn_csv_next(dn_csv *csv, bool *found);

void dn_csv_end(dn_csv *csv);

#endif
