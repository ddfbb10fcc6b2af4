/* SPDX-License-Identifier: MIT */
/* What the caller says of a network that its tensors do not tell: the last word. */
#ifndef DN_LOADING_REQUEST_H
#define DN_LOADING_REQUEST_H

#include "network/model.h"

/* DN_ERROR_ARGUMENT if an option has no value that it can have. */
dn_status dn_check_request(const dn_load_options *asked);

/* Changes what is computed, but not what tensors are read; *any: something was asked. The grid of
 * a head is read earlier, with its tensors. DN_ERROR_MISMATCH if the tensors are another stem's or
 * head's. */
dn_status dn_apply_request(const dn_load_options *asked, dn_arch *arch, bool *any);

#endif
