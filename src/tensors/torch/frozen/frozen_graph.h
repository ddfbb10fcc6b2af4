/* SPDX-License-Identifier: MIT */
/* Operators in ONNX's words, put together one after the other (tensors/operators.h). */
#ifndef DN_TORCH_FROZEN_GRAPH_H
#define DN_TORCH_FROZEN_GRAPH_H

#include "tensors/operators.h"

/* What is computed or given has numbers from 0 on, constants have negative ones. */
typedef int dn_frozen_value;

/* Values that share memory have one `base`: changing one in place changes all. */
typedef struct dn_frozen_memory {
    dn_frozen_value base, now; /* now: what a later reader finds there */
} dn_frozen_memory;

typedef struct dn_frozen_graph {
    dn_tensor_file *file;
    const dn_tensor **constants;
    size_t constant_count, constant_capacity;
    dn_operator *items;
    size_t count, capacity;
    dn_frozen_memory *memory; /* by value */
    size_t value_count, memory_capacity;
    int input_count; /* the first values */
} dn_frozen_graph;

/* What the caller gives; all before the first operator. */
dn_status dn_frozen_input(dn_frozen_graph *g);

dn_status dn_frozen_constant(dn_frozen_graph *g, const dn_tensor *tensor, dn_frozen_value *value);
dn_status dn_frozen_numbers(dn_frozen_graph *g, dn_dtype dtype, int rank, int64_t count,
                            const double *numbers, dn_frozen_value *value);

/* NULL: it is no constant. */
const dn_tensor *dn_frozen_tensor(const dn_frozen_graph *g, dn_frozen_value value);

/* Adds an operator with one output. `type` outlives the graph. */
dn_status dn_frozen_operator(dn_frozen_graph *g, const char *type, const dn_frozen_value *inputs,
                             int count, dn_frozen_value *output);

/* Attributes of the newest operator. */
dn_status dn_frozen_integers(dn_frozen_graph *g, const char *name, const int64_t *integers,
                             size_t count);
dn_status dn_frozen_integer(dn_frozen_graph *g, const char *name, int64_t integer);
dn_status dn_frozen_real(dn_frozen_graph *g, const char *name, double real);
dn_status dn_frozen_text(dn_frozen_graph *g, const char *name, const char *text);

/* Both may show the same memory. */
dn_status dn_frozen_share(dn_frozen_graph *g, dn_frozen_value one, dn_frozen_value other);

/* `value` was changed in place: readers of it find `changed` from now on, readers of what shares
 * its memory an operator that no network has. */
dn_status dn_frozen_change(dn_frozen_graph *g, dn_frozen_value value, dn_frozen_value changed);
dn_frozen_value dn_frozen_now(const dn_frozen_graph *g, dn_frozen_value value);

/* Gives the file its operators. */
dn_status dn_frozen_finish(dn_frozen_graph *g, const dn_frozen_value *outputs, size_t count);

#endif
