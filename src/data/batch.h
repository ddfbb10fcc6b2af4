/* SPDX-License-Identifier: MIT */
/* A batch being prepared: loader.c decides which and when, batch.c does it. */
#ifndef DN_DATA_BATCH_H
#define DN_DATA_BATCH_H

#include "data/augment/augment.h"

enum { DN_REASON_SIZE = 512 };

/* How batches are made. */
typedef struct dn_recipe {
    const dn_dataset *dataset;
    dn_loader_options options; /* width set */
    dn_augment augment;
    int most; /* pictures that this process prepares of a batch */
} dn_recipe;

/* Memory for a batch, and the outcome of preparing it. */
typedef struct dn_batch_slot {
    dn_loaded loaded; /* epoch and index: which one is wanted */
    bool filled;
    dn_status status; /* of a fault that is not a single sample's */
    const char *fault;

    float *images, *targets; /* one allocation, of images */
    int *classes, *samples;  /* one allocation, of classes */
    dn_skip *skips;
    dn_status *statuses; /* of each sample wanted, and why it failed */
    char (*reasons)[DN_REASON_SIZE];
    bool *turned, *faint; /* of each sample, as counted in loaded; one allocation, of turned */
} dn_batch_slot;

size_t dn_batch_bytes(const dn_recipe *recipe);
dn_status dn_batch_create(const dn_recipe *recipe, dn_batch_slot *slot);
void dn_batch_free(dn_batch_slot *slot);

/* Prepares samples[first..end-1] of the batch that slot->loaded names. */
void dn_batch_fill(const dn_recipe *recipe, const int *samples, int first, int end,
                   dn_batch_slot *slot);

#endif
