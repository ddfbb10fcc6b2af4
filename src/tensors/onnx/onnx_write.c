/* SPDX-License-Identifier: MIT */
/* The ends of a graph, what is said about it, and its file. */
#include "tensors/onnx/onnx_parts.h"
#include "tensors/onnx/onnx_tensor.h"

static DnOnnx__Dimension *make_side(dn_onnx_builder *b, int64_t side, const char *name)
{
    DnOnnx__Dimension *made = dn_onnx_memory(b, 1, sizeof *made);
    char *own = side ? NULL : dn_onnx_copy(b, name);
    if (b->status != DN_OK)
        return NULL;
    dn_onnx__dimension__init(made);
    made->has_dim_value = side != 0;
    made->dim_value = side;
    made->dim_param = own;
    return made;
}

/* NULL if something has failed. */
static DnOnnx__ValueInfo *make_end(dn_onnx_builder *b, const char *name, dn_dtype dtype,
                                   const dn_onnx_shape *shape, const char *const *side_names)
{
    struct end {
        DnOnnx__ValueInfo value;
        DnOnnx__Type type;
        DnOnnx__TensorType tensor;
        DnOnnx__Shape shape;
        DnOnnx__Dimension *sides[4];
    } *end = dn_onnx_memory(b, 1, sizeof *end);
    char *own = dn_onnx_copy(b, name);
    for (int i = 0; own && i < shape->rank; i++)
        end->sides[i] = make_side(b, shape->sides[i], side_names[i]);
    if (b->status != DN_OK)
        return NULL;
    dn_onnx__value_info__init(&end->value);
    dn_onnx__type__init(&end->type);
    dn_onnx__tensor_type__init(&end->tensor);
    dn_onnx__shape__init(&end->shape);
    end->value.name = own;
    end->value.type = &end->type;
    end->type.tensor_type = &end->tensor;
    end->tensor.has_elem_type = true;
    end->tensor.elem_type = dn_onnx_number(dtype);
    end->tensor.shape = &end->shape;
    end->shape.n_dim = (size_t)shape->rank;
    end->shape.dim = end->sides;
    return &end->value;
}

void dn_onnx_input(dn_onnx_builder *b, const char *name, dn_dtype dtype, const dn_onnx_shape *shape,
                   const char *const *side_names)
{
    DnOnnx__ValueInfo *end = make_end(b, name, dtype, shape, side_names);
    if (dn_onnx_grow(b, b->graph.n_input, &b->inputs, &b->graph.input))
        b->graph.input[b->graph.n_input++] = end;
}

void dn_onnx_output(dn_onnx_builder *b, const char *name, dn_dtype dtype,
                    const dn_onnx_shape *shape, const char *const *side_names)
{
    DnOnnx__ValueInfo *end = make_end(b, name, dtype, shape, side_names);
    if (dn_onnx_grow(b, b->graph.n_output, &b->outputs, &b->graph.output))
        b->graph.output[b->graph.n_output++] = end;
}

dn_status dn_onnx_metadata(dn_onnx_builder *b, const char *key, const char *text)
{
    DnOnnx__StringPair *entry = dn_onnx_memory(b, 1, sizeof *entry);
    char *own_key = dn_onnx_copy(b, key), *own_text = dn_onnx_copy(b, text);
    if (!dn_onnx_grow(b, b->model.n_metadata_props, &b->entries, &b->model.metadata_props))
        return b->status;
    dn_onnx__string_pair__init(entry);
    entry->key = own_key;
    entry->value = own_text;
    b->model.metadata_props[b->model.n_metadata_props++] = entry;
    return DN_OK;
}

/* The first version of the format that knows the operators' version. */
static int64_t ir_version(int opset)
{
    static const int versions[] = {7, 7, 8, 8, 8, 8, 9, 9, 10, 10, 11, 12, 13, 13, 13, 14};
    return versions[opset - DN_ONNX_FIRST_OPSET];
}

/* Where protobuf-c puts a message's bytes. */
typedef struct sink {
    ProtobufCBuffer base;
    dn_file_writer *writer;
    dn_status status;
} sink;

static void append(ProtobufCBuffer *buffer, size_t length, const uint8_t *data)
{
    sink *to = (sink *)buffer;
    if (to->status == DN_OK)
        to->status = dn_file_write(to->writer, data, length);
}

dn_status dn_onnx_write(dn_onnx_builder *b, const char *graph_name, int opset, size_t most,
                        dn_file_writer *writer)
{
    char *name = dn_onnx_copy(b, graph_name), *producer = dn_onnx_copy(b, "densenet"),
         *version = dn_onnx_copy(b, dn_version()), domain[] = "";
    if (b->status != DN_OK)
        return b->status;
    DnOnnx__OperatorSet operators = DN_ONNX__OPERATOR_SET__INIT, *imports[] = {&operators};
    operators.domain = domain;
    operators.has_version = true;
    operators.version = opset;
    b->graph.name = name;
    b->model.has_ir_version = true;
    b->model.ir_version = ir_version(opset);
    b->model.producer_name = producer;
    b->model.producer_version = version;
    b->model.graph = &b->graph;
    b->model.n_opset_import = 1;
    b->model.opset_import = imports;
    if (dn_onnx__model__get_packed_size(&b->model) > most)
        DN_TRY(dn_onnx_move_out(b, writer));
    sink to = {.base = {append}, .writer = writer};
    dn_onnx__model__pack_to_buffer(&b->model, &to.base);
    return to.status;
}
