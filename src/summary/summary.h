/* SPDX-License-Identifier: MIT */
#ifndef DN_SUMMARY_SUMMARY_H
#define DN_SUMMARY_SUMMARY_H

#include "summary/columns.h"

typedef struct dn_summary_view {
    const dn_module_tree *tree;
    bool sized; /* an input size is known */
    int depth;  /* of the deepest rows shown */
    dn_column_list columns;
    uint64_t input_bytes; /* of the input tensor */
} dn_summary_view;

/* Float32 outputs, and as many bytes again for their gradients. */
static inline uint64_t dn_summary_pass_bytes(const dn_summary_view *view)
{
    return 8 * view->tree->modules[0].activations;
}

static inline uint64_t dn_summary_parameter_bytes(const dn_summary_view *view)
{
    return 4 * view->tree->modules[0].parameters;
}

void dn_summary_table(const dn_summary_view *view, dn_text *text);
void dn_summary_json(const dn_summary_view *view, dn_text *text);

#endif
