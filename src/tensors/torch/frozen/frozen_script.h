/* SPDX-License-Identifier: MIT */
/* The code of a frozen TorchScript module (torch.jit.freeze): a forward() without modules, whose
 * weights are CONSTANTS.c0, CONSTANTS.c1 and so on. Nothing is run: each line becomes operators. */
#ifndef DN_TORCH_FROZEN_SCRIPT_H
#define DN_TORCH_FROZEN_SCRIPT_H

#include "tensors/tensors.h"
#include "tensors/torch/torch_span.h"

/* Gives the file its operators, of the code of the module's class. constants: by number; NULL: not
 * a tensor. DN_ERROR_FORMAT if it is no code, DN_ERROR_MISMATCH if it decides while it runs. */
dn_status dn_frozen_script_read(dn_tensor_file *file, dn_span code,
                                const dn_tensor *const *constants, size_t constant_count);

#endif
