/* SPDX-License-Identifier: MIT */
/* The PyTorch modules that an architecture is made of in the reference
 * implementation, in the order they run. A module's descendants follow it. */
#ifndef DN_SUMMARY_MODULE_TREE_H
#define DN_SUMMARY_MODULE_TREE_H

#include "base/status.h"

typedef struct dn_shape {
    int rank; /* 4: image, channel, row, column; 2: image, feature; 0: not known */
    int size[4];
} dn_shape;

typedef struct dn_torch_module {
    const char *kind; /* the class: "Conv2d" */
    int depth;        /* 0 is the network */
    int index;        /* counts from 1 over all modules of a depth */
    bool leaf;
    int kernel_rank; /* 2: a pair (convolutions), 1: a number (pools), 0: has none */
    int kernel;
    dn_shape input, output;
    /* Of the module and all below it. */
    uint64_t parameters;
    uint64_t multiply_adds; /* as torchinfo counts: a norm or classifier weight is one per image */
    uint64_t activations;   /* elements of the outputs of leaves that have parameters */
} dn_torch_module;

typedef struct dn_module_tree {
    dn_torch_module *modules;
    int count;
} dn_module_tree;

/* For a batch of n pictures of height x width; all 0: sizes and counts that
 * depend on them stay 0. The sizes must have passed dn_summary's checks. */
dn_status dn_module_tree_create(const dn_arch *arch, int n, int height, int width,
                                dn_module_tree *tree);
void dn_module_tree_free(dn_module_tree *tree);

#endif
