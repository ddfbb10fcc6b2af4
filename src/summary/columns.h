/* SPDX-License-Identifier: MIT */
#ifndef DN_SUMMARY_COLUMNS_H
#define DN_SUMMARY_COLUMNS_H

#include "base/text.h"
#include "summary/module_tree.h"

struct dn_summary_view;

typedef struct dn_column {
    const char *name, *title; /* what torchinfo's col_names calls it, and its heading */
    bool needs_input;
    void (*write)(const struct dn_summary_view *view, const dn_torch_module *module, dn_text *cell);
} dn_column;

/* The columns asked for, in their order; one may come twice. */
#define DN_MAX_COLUMNS 64
typedef struct dn_column_list {
    const dn_column *chosen[DN_MAX_COLUMNS];
    int count;
} dn_column_list;

/* Reads comma-separated names; "" means no columns. */
dn_status dn_columns_choose(const char *names, bool sized, dn_column_list *list);

#endif
