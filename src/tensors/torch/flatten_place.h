/* SPDX-License-Identifier: MIT */
/* What the parts of dn_flatten share: where in a pickled object they are, and what is added there.
 */
#ifndef DN_TORCH_FLATTEN_PLACE_H
#define DN_TORCH_FLATTEN_PLACE_H

#include "tensors/torch/flatten.h"

#define DN_FLAT_PATH_SIZE 4096

typedef struct dn_flat_walk {
    dn_tensor_file *file;
    dn_storage_locate *locate;
    dn_class_describe *describe;
    void *context;
    char path[DN_FLAT_PATH_SIZE];
    size_t length; /* of the path */
    size_t items;
    int visits, depth;
} dn_flat_walk;

/* Appends a component to the path; *before is what dn_flat_leave sets its length back to. */
dn_status dn_flat_enter(dn_flat_walk *w, const char *name, size_t length, size_t *before);
void dn_flat_leave(dn_flat_walk *w, size_t before);

/* A dictionary's key as a component: text, or a number in decimal; false if it is neither. */
bool dn_flat_key(const dn_pickle_node *key, char buffer[24], const char **text, size_t *length);

bool dn_flat_is_number(const dn_pickle_node *node);
bool dn_flat_is_text(const dn_pickle_node *node);

/* At the current path: items that are all numbers or all texts; a tensor, whose dictionary's path
 * has `scope` bytes; an object's class. */
dn_status dn_flat_add_value(dn_flat_walk *w, dn_pickle_node *const *items, size_t count);
dn_status dn_flat_add_tensor(dn_flat_walk *w, const dn_pickle_node *node, size_t scope);
dn_status dn_flat_add_class(dn_flat_walk *w, const dn_pickle_node *object);

#endif
