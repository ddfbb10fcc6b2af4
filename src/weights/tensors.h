/* SPDX-License-Identifier: MIT */
#ifndef DN_WEIGHTS_TENSORS_H
#define DN_WEIGHTS_TENSORS_H

#include "base/file.h"

typedef struct dn_tensor_file {
    dn_file_map map;
} dn_tensor_file;

/* Releases everything; NULL is allowed. */
void dn_tensor_file_close(dn_tensor_file *file);

/* Lets go of the mapped pages that were read (dn_file_map_forget). */
void dn_tensor_file_forget_pages(const dn_tensor_file *file);

#endif
