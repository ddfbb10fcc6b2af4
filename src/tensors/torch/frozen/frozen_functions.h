/* SPDX-License-Identifier: MIT */
/* Functions of PyTorch by name. */
#ifndef DN_TORCH_FROZEN_FUNCTIONS_H
#define DN_TORCH_FROZEN_FUNCTIONS_H

#include "tensors/torch/frozen/frozen_arguments.h"

/* Of maps: windows, norms, pools. */
dn_script_function dn_script_conv, dn_script_norm, dn_script_pool, dn_script_global_pool,
    dn_script_reduction, dn_script_pad;

/* Does what the function of this name does, if that is known. */
dn_status dn_script_function_make(const dn_script_call *call, dn_span name, dn_frozen_value *made);

#endif
