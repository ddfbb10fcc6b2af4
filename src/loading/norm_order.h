/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_NORM_ORDER_H
#define DN_LOADING_NORM_ORDER_H

#include "network/layout.h"
#include "tensors/tensors.h"

/* Of a layer that reads as many maps as its bottleneck has, structure does not tell which norm
 * comes before which convolution; statistics do. Exchanges the norms of those layers whose
 * recorded means only fit the other way round. sources[i] is the tensor of slot i. */
dn_status dn_order_norms(const dn_arch *arch, const dn_layout *layout, const dn_tensor **sources);

#endif
