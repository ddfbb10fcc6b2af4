/* SPDX-License-Identifier: MIT */
/* The role of a tensor in a DenseNet, whatever a file calls it. */
#ifndef DN_NETWORK_KEY_H
#define DN_NETWORK_KEY_H

typedef enum dn_role {
    DN_ROLE_STEM,       /* unit 0..2: its convolutions, each with the norm after it */
    DN_ROLE_LAYER,      /* of a dense block; unit 0: norm1, conv1; unit 1: norm2, conv2 */
    DN_ROLE_TRANSITION, /* after a block */
    DN_ROLE_FINAL,      /* the norm after the last block */
    DN_ROLE_HEAD        /* unit: the place of a part among its parts */
} dn_role;

typedef enum dn_part {
    DN_PART_CONV,
    DN_PART_CONV_BIAS, /* of other code's files; no model has it */
    DN_PART_NORM_WEIGHT,
    DN_PART_NORM_BIAS,
    DN_PART_NORM_MEAN,
    DN_PART_NORM_VARIANCE,
    DN_PART_LINEAR_WEIGHT,
    DN_PART_LINEAR_BIAS
} dn_part;

/* Counts from 0; fields that a role does not use are 0. */
typedef struct dn_key {
    dn_role role;
    int block, layer, unit;
    dn_part part;
} dn_key;

/* Below, equal to or above 0 if a comes before, equals or comes after b. */
static inline int dn_key_compare(const dn_key *a, const dn_key *b)
{
    const int differences[] = {(int)a->role - (int)b->role, a->block - b->block,
                               a->layer - b->layer, a->unit - b->unit, (int)a->part - (int)b->part};
    int i = 0;
    while (i < 4 && differences[i] == 0)
        i++;
    return differences[i];
}

#endif
