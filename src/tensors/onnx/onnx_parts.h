/* SPDX-License-Identifier: MIT */
/* What the parts of the builder share. */
#ifndef DN_TENSORS_ONNX_PARTS_H
#define DN_TENSORS_ONNX_PARTS_H

#include "base/pool.h"
#include "tensors/onnx/onnx_builder.h"

#include <onnx.pb-c.h>

struct dn_onnx_builder {
    dn_pool pool;
    dn_status status; /* of the first failure; nothing more is done then */
    DnOnnx__Model model;
    DnOnnx__Graph graph;
    size_t nodes, tensors, entries, inputs, outputs; /* what there is room for */
};

/* Remembers a call's status; true if it is DN_OK. Not to be called once something has failed. */
bool dn_onnx_keep(dn_onnx_builder *b, dn_status status);

/* NULL once something has failed. */
char *dn_onnx_copy(dn_onnx_builder *b, const char *text);

/* Makes room for one more pointer in a message's list; false if something has failed. */
bool dn_onnx_grow(dn_onnx_builder *b, size_t count, size_t *capacity, void *list);

/* Writes the large tensors' bytes to a file beside the writer's, and their places there to their
 * messages. */
dn_status dn_onnx_move_out(dn_onnx_builder *b, dn_file_writer *writer);

#endif
