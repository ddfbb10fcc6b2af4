/* SPDX-License-Identifier: MIT */
/* What the operations of a pickle do that make something. */
#ifndef DN_TORCH_PICKLE_OPERATIONS_H
#define DN_TORCH_PICKLE_OPERATIONS_H

#include "tensors/torch/pickle_machine.h"

typedef struct dn_operation dn_operation;
typedef dn_status dn_operation_run(dn_machine *m, const dn_operation *o);

struct dn_operation {
    dn_operation_run *run;
    int number; /* width in bytes, value, or count; count 0: all above the mark */
    dn_pickle_kind kind;
};

/* ---- pickle_values.c ---- */

dn_operation_run dn_op_constant; /* None, True, False and empty containers */
dn_operation_run dn_op_int;      /* unsigned, but for four bytes */
dn_operation_run dn_op_float, dn_op_string;
dn_operation_run dn_op_long;   /* two's complement; what 64 bits cannot hold stays bytes */
dn_operation_run dn_op_gather; /* a list or dictionary of what leaves the stack */
dn_operation_run dn_op_put;    /* that into the list or dictionary below it */

/* A new list or dictionary of nodes that just left the stack. */
dn_status dn_pickle_gather(dn_machine *m, dn_pickle_kind kind, dn_pickle_node **first,
                           size_t count);

/* ---- pickle_objects.c ---- */

dn_operation_run dn_op_global, dn_op_stack_global; /* a class, by its name */
dn_operation_run dn_op_construct;                  /* REDUCE, and NEWOBJ of a class */
dn_operation_run dn_op_construct_keywords;         /* NEWOBJ_EX; keywords are passed over */
dn_operation_run dn_op_object;                     /* OBJ: class and arguments above the mark */
dn_operation_run dn_op_build;                      /* __setstate__ */
dn_operation_run dn_op_persistent;                 /* what lies outside the pickle */

#endif
