/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_WEIGHTS_NAME_H
#define DN_BASE_WEIGHTS_NAME_H

#include "base/status.h"

/* For names that end in .pt or .pth. */
bool dn_is_torch_name(const char *path);

/* DN_ERROR_ARGUMENT if the name of a file to be written promises a format that is not: its ending
 * must be .safetensors, .pt or .pth, or there is none. */
dn_status dn_check_weights_name(const char *path);

#endif
