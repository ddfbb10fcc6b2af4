/* SPDX-License-Identifier: MIT */
/* The number of channels at each place of an architecture. */
#ifndef DN_NETWORK_WIDTHS_H
#define DN_NETWORK_WIDTHS_H

#include "base/status.h"

/* Channels that enter block b, and that leave it (before its transition). */
int dn_block_in(const dn_arch *arch, int block);
int dn_block_out(const dn_arch *arch, int block);

/* Channels after the transition that follows a block of `channels`. */
int dn_transition_out(const dn_arch *arch, int channels);

/* Outputs of a layer's 1x1 convolution; 0 if layers have none. */
int dn_bottleneck_width(const dn_arch *arch);

#endif
