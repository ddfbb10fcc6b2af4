/* SPDX-License-Identifier: MIT */
/* Lookup tables: modality, VOI and palette. */
#ifndef DN_IMAGE_DICOM_TABLE_H
#define DN_IMAGE_DICOM_TABLE_H

#include "image/dicom/dicom.h"

typedef struct dn_dicom_table {
    const unsigned char *data; /* NULL: there is no table */
    int64_t entries, first;    /* the value that the first entry is for */
    int bits;                  /* that an entry has */
    bool wide, big;            /* entries of two bytes, in that order */
} dn_dicom_table;

dn_status dn_dicom_table_open(const dn_dicom *dicom, dn_dicom_attribute shape,
                              dn_dicom_attribute data, dn_dicom_table *table);

/* Values outside have the entry at the nearer end. */
uint32_t dn_dicom_table_at(const dn_dicom_table *table, double value);

#endif
