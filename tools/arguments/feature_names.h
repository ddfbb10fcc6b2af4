/* SPDX-License-Identifier: MIT */
/* Inner tensors by any name: the library's ("block1.layer3"), torchvision's
 * modules ("features.denseblock1.denselayer3"), the reference model's
 * ("dense_blocks.0.2"). */
#ifndef TOOL_FEATURE_NAMES_H
#define TOOL_FEATURE_NAMES_H

#include "densenet.h"

typedef struct feature_match {
    char name[DN_NAME_SIZE]; /* the library's */
    bool hands_on; /* a module of this kind may also return its input, after or before its own */
    bool newest_first; /* the module's channels run from the newest layer's to the block's input */
    bool before_relu;  /* the ReLU is still to be applied to the module's output */
} feature_match;

/* False if the name is not that of a tensor that a run shows. */
bool feature_match_name(const dn_arch *arch, const char *name, feature_match *match);

/* The index of channel c of the library's order in a tensor of `channels`
 * channels whose layers come newest first. */
int feature_newest_first(const dn_arch *arch, int channels, int c);

#endif
