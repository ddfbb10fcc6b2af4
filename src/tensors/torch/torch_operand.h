/* SPDX-License-Identifier: MIT */
/* What a call in TorchScript's code is made of: the module whose answer its first argument is. */
#ifndef DN_TORCH_OPERAND_H
#define DN_TORCH_OPERAND_H

#include "tensors/torch/torch_class.h"

#include <stdbool.h>

enum { DN_OPERAND_SIZE = 64, DN_LINES_KEPT = 128, DN_OPERANDS_READ = 128 };

/* A line "  NAME = VALUE". */
typedef struct dn_code_line {
    dn_span name, value;
} dn_code_line;

/* The last lines of a method, and what may still be read: begins as {0}. */
typedef struct dn_code_lines {
    dn_code_line items[DN_LINES_KEPT];
    int count;         /* of all, of which the last are kept */
    int read;          /* operands so far */
    dn_span signature; /* of forward(), after its name; empty in other methods */
} dn_code_lines;

/* Takes a method's beginning, "def NAME(", or a line that assigns; `at` is the beginning of a word
 * in `code`. */
void dn_code_lines_add(dn_code_lines *lines, dn_span code, const char *at);

/* The function that a name stands for, "_0" after "_0 = __torch__.torch.nn.functional.relu"; an
 * empty span if it stands for none. */
dn_span dn_code_alias(const dn_code_lines *lines, dn_span name);

/* Of the code after a call's parenthesis: "features.norm5" for that module's answer, "@cat" for
 * what a function makes, "@input" for what forward() is given. Functions that change no number, or
 * only a number's sign to zero, are passed through. False if it is not known. */
bool dn_code_operand(dn_code_lines *lines, dn_span argument, char operand[DN_OPERAND_SIZE]);

#endif
