/* SPDX-License-Identifier: MIT */
#ifndef DN_TORCH_STORAGE_H
#define DN_TORCH_STORAGE_H

#include "tensors/torch/pickle.h"

/* The storages of a torch file by key: there is one for each key, however many
 * tensors use it. */
typedef struct dn_storages {
    dn_pool *pool;
    dn_storage **items; /* by hash of the key; NULL if free */
    size_t count, capacity;
} dn_storages;

dn_storage *dn_storages_find(const dn_storages *storages, const char *key, size_t length);

/* dn_persistent_load with a dn_storages as context: ("storage", class, key,
 * device, elements[, view]), or ("module", class, ...) of the old format. */
dn_status dn_storages_load(void *storages, const dn_pickle_node *id, dn_pickle_node **node);

#endif
