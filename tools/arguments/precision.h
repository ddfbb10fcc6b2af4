/* SPDX-License-Identifier: MIT */
/* --precision, the same for every command that has it. */
#ifndef TOOL_PRECISION_H
#define TOOL_PRECISION_H

#include "arguments/options.h"

extern const option_row precision_option[];

/* "f32" if none is given. */
const char *precision_chosen(void);
bool precision_is_exact(void);

#endif
