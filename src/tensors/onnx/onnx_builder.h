/* SPDX-License-Identifier: MIT */
/* An ONNX graph that is put together node by node, and its file. What fails is remembered, and
 * reported once, by dn_onnx_write. Text and data that are passed in are copied, or are literals;
 * what is returned lives as long as the builder. */
#ifndef DN_TENSORS_ONNX_BUILDER_H
#define DN_TENSORS_ONNX_BUILDER_H

#include "base/file.h"
#include "tensors/dtype.h"

/* The versions of ai.onnx whose operators this writes alike. */
#define DN_ONNX_FIRST_OPSET 13
#define DN_ONNX_LAST_OPSET 28

/* More than that no protobuf message can be. */
#define DN_ONNX_MOST_BYTES INT32_MAX

typedef struct dn_onnx_builder dn_onnx_builder;

dn_status dn_onnx_create(dn_onnx_builder **builder);
void dn_onnx_free(dn_onnx_builder *builder);

/* Of the first failure, if there was one. */
dn_status dn_onnx_status(const dn_onnx_builder *b);

/* Zeroed memory; NULL once something has failed. */
void *dn_onnx_memory(dn_onnx_builder *b, size_t count, size_t size);

/* A text from a format. */
const char *dn_onnx_text(dn_onnx_builder *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a node whose name its output gets too, and returns that. */
const char *dn_onnx_node(dn_onnx_builder *b, const char *op, const char *name,
                         const char *const *inputs, size_t count);

/* The same of one, two or three inputs. */
const char *dn_onnx_unary(dn_onnx_builder *b, const char *op, const char *name, const char *x);
const char *dn_onnx_binary(dn_onnx_builder *b, const char *op, const char *name, const char *x,
                           const char *y);
const char *dn_onnx_ternary(dn_onnx_builder *b, const char *op, const char *name, const char *x,
                            const char *y, const char *z);

/* Attributes of the newest node. */
void dn_onnx_ints(dn_onnx_builder *b, const char *name, const int64_t *values, size_t count);
void dn_onnx_int(dn_onnx_builder *b, const char *name, int64_t value);
void dn_onnx_float(dn_onnx_builder *b, const char *name, double value);
void dn_onnx_word(dn_onnx_builder *b, const char *name, const char *value);

/* The `to` of a Cast, the newest node. */
void dn_onnx_cast_to(dn_onnx_builder *b, dn_dtype dtype);

/* Another name for the newest node's output. */
void dn_onnx_name_output(dn_onnx_builder *b, const char *name);

typedef struct dn_onnx_shape {
    int rank;
    int64_t sides[4];
} dn_onnx_shape;

/* An initialiser of F32 or F16; DN_ERROR_NUMERIC if a finite number is too large for it. Returns
 * its name. */
const char *dn_onnx_floats(dn_onnx_builder *b, const char *name, dn_dtype dtype,
                           const dn_onnx_shape *shape, const float *numbers);

/* One of whole numbers: I8, U8 or I32. */
const char *dn_onnx_whole(dn_onnx_builder *b, const char *name, dn_dtype dtype,
                          const dn_onnx_shape *shape, const double *numbers);

/* The graph's input; an output, of which there may be several. A side that is 0 has a name
 * instead. */
void dn_onnx_input(dn_onnx_builder *b, const char *name, dn_dtype dtype, const dn_onnx_shape *shape,
                   const char *const *side_names);
void dn_onnx_output(dn_onnx_builder *b, const char *name, dn_dtype dtype,
                    const dn_onnx_shape *shape, const char *const *side_names);

/* An entry of the file's metadata. */
dn_status dn_onnx_metadata(dn_onnx_builder *b, const char *key, const char *text);

/* The same graph gives the same bytes. If they are more than `most`, the large tensors lie in a
 * second file, dn_file_create_beside DN_ONNX_SIDECAR. */
dn_status dn_onnx_write(dn_onnx_builder *b, const char *graph_name, int opset, size_t most,
                        dn_file_writer *writer);

#endif
