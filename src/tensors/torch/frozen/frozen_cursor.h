/* SPDX-License-Identifier: MIT */
/* Lines and words of TorchScript's code. */
#ifndef DN_TORCH_FROZEN_CURSOR_H
#define DN_TORCH_FROZEN_CURSOR_H

#include "tensors/torch/torch_span.h"

/* What is left of the code. */
typedef dn_span dn_cursor;

/* Leaves out spaces. */
void dn_cursor_blank(dn_cursor *c);

/* Leaves out spaces and ends of lines, as between brackets. */
void dn_cursor_space(dn_cursor *c);

/* Takes a text that is next. */
bool dn_cursor_take(dn_cursor *c, const char *text);

/* Takes letters, digits, underscores and dots; empty if none is next. */
dn_span dn_cursor_word(dn_cursor *c);

/* Takes a number, or a text between quotes. */
bool dn_cursor_number(dn_cursor *c, double *number);
bool dn_cursor_text(dn_cursor *c, dn_span *text);

/* The indentation of the line that begins here, -1 at the end; empty lines are left out. */
int dn_cursor_indentation(dn_cursor *c);

void dn_cursor_next_line(dn_cursor *c);

#endif
