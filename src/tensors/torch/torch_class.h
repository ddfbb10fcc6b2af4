/* SPDX-License-Identifier: MIT */
/* What the code of one class of torch.nn says of its modules, as TorchScript writes it. Nothing
 * is compiled or run: constants and the arguments of a few calls are read where they are
 * literals. */
#ifndef DN_TORCH_CLASS_H
#define DN_TORCH_CLASS_H

#include "tensors/torch/torch_span.h"

#define DN_CLASS_VALUES 10

typedef struct dn_class_value {
    const char *name; /* as a pickled module has it: "stride" */
    int count;        /* of numbers; 0: it is text, or not known */
    double numbers[4];
    char text[16]; /* "": it is numbers, or not written; "?": it is not a literal */
} dn_class_value;

/* The lines after "class NAME(Module):". */
void dn_class_read(dn_span code, dn_class_value values[DN_CLASS_VALUES]);

#endif
