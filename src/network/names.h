/* SPDX-License-Identifier: MIT */
/* The names that the known code bases give a DenseNet's tensors, as one table
 * read in both directions. */
#ifndef DN_NETWORK_NAMES_H
#define DN_NETWORK_NAMES_H

#include "base/status.h"
#include "network/key.h"

#define DN_TENSOR_NAME_SIZE 128

typedef enum dn_dialect {
    DN_DIALECT_TORCHVISION, /* timm's and TorchXRayVision's too */
    DN_DIALECT_TORCHVISION_2017,
    DN_DIALECT_EFFICIENT, /* efficient_densenet_pytorch */
    DN_DIALECT_REFERENCE,
    DN_DIALECT_KERAS,  /* keras.applications */
    DN_DIALECT_PADDLE, /* PaddleClas */
    DN_DIALECT_COUNT
} dn_dialect;

/* What some dialects' names depend on besides the key. */
typedef struct dn_name_context {
    int block_count;
    const int *blocks; /* layers of each */
    bool numbered;     /* the head's parts have numbers in their names */
} dn_name_context;

dn_name_context dn_name_context_of(const dn_arch *arch);

/* Where a dialect's layers put their new maps. */
dn_concat dn_dialect_concat(dn_dialect dialect);
const char *dn_dialect_name(dn_dialect dialect);

/* The library's own name for a place of the network: "stem", "block1.layer1",
 * "transition1", "final" (the norm after the last block), "head". */
void dn_place_name(const dn_key *key, char name[DN_NAME_SIZE]);

/* The dialect's name of a tensor. */
void dn_name_format(dn_dialect dialect, const dn_name_context *context, const dn_key *key,
                    char name[DN_TENSOR_NAME_SIZE]);

/* The key of a name; false if the dialect has no such name. In a head with several parts,
 * what part a weight or bias belongs to is for the whole of it to say. */
bool dn_name_parse(dn_dialect dialect, const char *name, dn_key *key);

#endif
