/* SPDX-License-Identifier: MIT */
/* Strings in one block of memory: a data set may name millions of files. */
#ifndef DN_DATASETS_NAME_LIST_H
#define DN_DATASETS_NAME_LIST_H

#include "base/status.h"

/* Starts as {0}. */
typedef struct dn_name_list {
    char *bytes;
    size_t size, capacity;
    size_t *starts; /* where each string begins in bytes */
    int count, start_capacity;
} dn_name_list;

/* Appends the first `length` bytes of text, which hold no NUL. */
dn_status dn_name_list_add(dn_name_list *list, const char *text, size_t length);

/* Valid until the next string is added. */
const char *dn_name_list_get(const dn_name_list *list, int index);

/* Into bytewise order, which for UTF-8 is the order of code points, as
 * Python's sorted() has it. */
void dn_name_list_sort(dn_name_list *list);

/* Drops repeated strings of a sorted list. */
void dn_name_list_unique(dn_name_list *list);

/* Where a sorted list holds text, or -1. */
int dn_name_list_find(const dn_name_list *list, const char *text);

void dn_name_list_free(dn_name_list *list);

#endif
