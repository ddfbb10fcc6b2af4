/* SPDX-License-Identifier: MIT */
/* What each column of a table is: by the person's options, else by its name and content. */
#ifndef DN_DATASETS_CSV_COLUMNS_H
#define DN_DATASETS_CSV_COLUMNS_H

#include "data/datasets/csv.h"

typedef enum dn_csv_value {
    DN_VALUE_BAD,       /* no label */
    DN_VALUE_BLANK,     /* nothing, or "nan" */
    DN_VALUE_UNCERTAIN, /* -1 */
    DN_VALUE_KNOWN      /* 0..1 */
} dn_csv_value;

typedef enum dn_column_role {
    DN_COLUMN_PASSED, /* over */
    DN_COLUMN_IMAGE,
    DN_COLUMN_LABEL,   /* one label: 0 or 1 */
    DN_COLUMN_CLASS,   /* the name of one class */
    DN_COLUMN_FINDINGS /* the names of the labels that are 1: A|B */
} dn_column_role;

typedef struct dn_column {
    int filled, sound; /* fields that are not blank, and labels among them */
    bool barred;       /* some field holds A|B */
    dn_column_role role;
} dn_column;

/* Starts as {0}. */
typedef struct dn_columns {
    dn_name_list names;
    dn_column *all; /* one per name */
    int image;
    int *labels, label_count; /* the columns of labels, in the order of the labels */
    int single;               /* the column of classes or findings; -1: columns of labels */
    bool blanks_are_0;        /* as CheXpert means them */
} dn_columns;

/* Numbers as in the C locale, which the caller sets. */
dn_csv_value dn_csv_value_of(const char *text, float *known);

/* Reads the whole table once. */
dn_status dn_columns_read(const char *path, const void *data, size_t size,
                          const dn_dataset_options *options, dn_columns *columns);
void dn_columns_free(dn_columns *columns);

#endif
