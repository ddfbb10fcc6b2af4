/* SPDX-License-Identifier: MIT */
#ifndef DN_TORCH_FROZEN_EXPRESSION_H
#define DN_TORCH_FROZEN_EXPRESSION_H

#include "tensors/torch/frozen/frozen_calls.h"
#include "tensors/torch/frozen/frozen_cursor.h"

typedef struct dn_script_name {
    dn_span name;
    dn_script_value value;
} dn_script_name;

typedef struct dn_script {
    dn_frozen_graph graph;
    dn_cursor cursor;
    dn_script_name *names; /* those given last are last */
    size_t name_count, name_capacity;
    const dn_tensor *const *constants;
    dn_frozen_value *constant_values; /* DN_NO_VALUE: not met yet */
    size_t constant_count;
    int depth;
} dn_script;

dn_status dn_script_fail(const dn_script *s, const char *what);

/* Anything that can be known only when it runs. */
dn_status dn_script_unknown(dn_script *s, dn_span what, dn_script_value *value);

/* The expression that the cursor is at. */
dn_status dn_script_expression(dn_script *s, dn_script_value *value);

/* Gives a value a name, and the newest operator, if that made it. */
dn_status dn_script_assign(dn_script *s, dn_span name, const dn_script_value *value);

#endif
