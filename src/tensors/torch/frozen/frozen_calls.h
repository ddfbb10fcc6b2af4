/* SPDX-License-Identifier: MIT */
/* What a call of one of PyTorch's functions is in ONNX's words. */
#ifndef DN_TORCH_FROZEN_CALLS_H
#define DN_TORCH_FROZEN_CALLS_H

#include "tensors/torch/frozen/frozen_graph.h"
#include "tensors/torch/torch_span.h"

typedef enum dn_script_kind {
    DN_SCRIPT_NONE,
    DN_SCRIPT_NUMBER, /* True and False, too */
    DN_SCRIPT_TEXT,
    DN_SCRIPT_LIST, /* tuples, too */
    DN_SCRIPT_VALUE /* a tensor, or what is known only when it runs */
} dn_script_kind;

typedef struct dn_script_value {
    dn_script_kind kind;
    double number;
    dn_span text; /* with its quotes */
    dn_frozen_value value;
    struct dn_script_list *list; /* shared by all its names */
} dn_script_value;

typedef struct dn_script_list {
    dn_script_value *items;
    size_t count, capacity;
} dn_script_list;

enum { DN_MOST_ARGUMENTS = 32 };

typedef struct dn_script_call {
    dn_frozen_graph *g;
    dn_span function; /* "torch.relu_" */
    const dn_script_value *arguments;
    int count;
    bool named; /* arguments by names are among them */
} dn_script_call;

dn_status dn_script_list_create(dn_pool *pool, dn_script_value *list);
dn_status dn_script_list_add(dn_pool *pool, dn_script_value *list, const dn_script_value *item);

/* A function that is not known makes a value by an operator of its name, which matters only if the
 * network's answer depends on it. */
dn_status dn_script_call_make(const dn_script_call *call, dn_script_value *result);

#endif
