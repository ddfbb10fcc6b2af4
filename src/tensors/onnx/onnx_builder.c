/* SPDX-License-Identifier: MIT */
#include "tensors/onnx/onnx_parts.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ATTRIBUTES 4

enum { ATTRIBUTE_FLOAT = 1, ATTRIBUTE_INT = 2, ATTRIBUTE_STRING = 3, ATTRIBUTE_INTS = 7 };

dn_status dn_onnx_create(dn_onnx_builder **builder)
{
    dn_onnx_builder *b;
    DN_TRY(dn_calloc(1, sizeof *b, &b));
    dn_onnx__model__init(&b->model);
    dn_onnx__graph__init(&b->graph);
    *builder = b;
    return DN_OK;
}

void dn_onnx_free(dn_onnx_builder *b)
{
    if (b)
        dn_pool_free(&b->pool);
    free(b);
}

dn_status dn_onnx_status(const dn_onnx_builder *b)
{
    return b->status;
}

/* ---- memory: NULL once something has failed ---- */

bool dn_onnx_keep(dn_onnx_builder *b, dn_status status)
{
    b->status = status;
    return status == DN_OK;
}

void *dn_onnx_memory(dn_onnx_builder *b, size_t count, size_t size)
{
    void *memory = NULL;
    if (b->status == DN_OK)
        dn_onnx_keep(b, dn_pool_alloc(&b->pool, count, size, &memory));
    return memory;
}

char *dn_onnx_copy(dn_onnx_builder *b, const char *text)
{
    char *copied = NULL;
    if (b->status == DN_OK)
        dn_onnx_keep(b, dn_pool_copy(&b->pool, text, strlen(text), &copied));
    return copied;
}

bool dn_onnx_grow(dn_onnx_builder *b, size_t count, size_t *capacity, void *list)
{
    return b->status == DN_OK &&
           dn_onnx_keep(b, dn_pool_grow(&b->pool, sizeof(void *), count, capacity, list));
}

const char *dn_onnx_text(dn_onnx_builder *b, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *copied = dn_onnx_copy(b, text);
    return copied ? copied : "";
}

/* ---- nodes ---- */

const char *dn_onnx_node(dn_onnx_builder *b, const char *op, const char *name,
                         const char *const *inputs, size_t count)
{
    DnOnnx__Node *node = dn_onnx_memory(b, 1, sizeof *node);
    char **values = dn_onnx_memory(b, count + 1, sizeof *values), *own = dn_onnx_copy(b, name),
         *kind = dn_onnx_copy(b, op);
    void *attributes = dn_onnx_memory(b, MOST_ATTRIBUTES, sizeof *node->attribute);
    for (size_t i = 0; values && i < count; i++)
        values[i] = dn_onnx_copy(b, inputs[i]);
    if (!dn_onnx_grow(b, b->graph.n_node, &b->nodes, &b->graph.node))
        return "";
    values[count] = own;
    dn_onnx__node__init(node);
    node->name = own;
    node->op_type = kind;
    node->n_input = count;
    node->input = values;
    node->n_output = 1;
    node->output = &values[count];
    node->attribute = attributes;
    b->graph.node[b->graph.n_node++] = node;
    return own;
}

const char *dn_onnx_unary(dn_onnx_builder *b, const char *op, const char *name, const char *x)
{
    return dn_onnx_node(b, op, name, (const char *const[]){x}, 1);
}

const char *dn_onnx_binary(dn_onnx_builder *b, const char *op, const char *name, const char *x,
                           const char *y)
{
    return dn_onnx_node(b, op, name, (const char *const[]){x, y}, 2);
}

const char *dn_onnx_ternary(dn_onnx_builder *b, const char *op, const char *name, const char *x,
                            const char *y, const char *z)
{
    return dn_onnx_node(b, op, name, (const char *const[]){x, y, z}, 3);
}

static DnOnnx__Node *newest(dn_onnx_builder *b)
{
    return b->status == DN_OK ? b->graph.node[b->graph.n_node - 1] : NULL;
}

static DnOnnx__Attribute *add_attribute(dn_onnx_builder *b, const char *name, int type)
{
    DnOnnx__Node *node = newest(b);
    DnOnnx__Attribute *attribute = dn_onnx_memory(b, 1, sizeof *attribute);
    char *own = dn_onnx_copy(b, name);
    if (!own)
        return NULL;
    dn_onnx__attribute__init(attribute);
    attribute->name = own;
    attribute->has_type = true;
    attribute->type = type;
    node->attribute[node->n_attribute++] = attribute;
    return attribute;
}

void dn_onnx_ints(dn_onnx_builder *b, const char *name, const int64_t *values, size_t count)
{
    int64_t *own = dn_onnx_memory(b, count, sizeof *own);
    DnOnnx__Attribute *attribute = add_attribute(b, name, ATTRIBUTE_INTS);
    if (!attribute)
        return;
    memcpy(own, values, count * sizeof *own);
    attribute->n_ints = count;
    attribute->ints = own;
}

void dn_onnx_int(dn_onnx_builder *b, const char *name, int64_t value)
{
    DnOnnx__Attribute *attribute = add_attribute(b, name, ATTRIBUTE_INT);
    if (!attribute)
        return;
    attribute->has_i = true;
    attribute->i = value;
}

void dn_onnx_word(dn_onnx_builder *b, const char *name, const char *value)
{
    DnOnnx__Attribute *attribute = add_attribute(b, name, ATTRIBUTE_STRING);
    char *own = dn_onnx_copy(b, value);
    if (!attribute || !own)
        return;
    attribute->has_s = true;
    attribute->s = (ProtobufCBinaryData){strlen(own), (uint8_t *)own};
}

void dn_onnx_float(dn_onnx_builder *b, const char *name, double value)
{
    DnOnnx__Attribute *attribute = add_attribute(b, name, ATTRIBUTE_FLOAT);
    if (!attribute)
        return;
    attribute->has_f = true;
    attribute->f = (float)value;
}

void dn_onnx_name_output(dn_onnx_builder *b, const char *name)
{
    DnOnnx__Node *node = newest(b);
    char *own = dn_onnx_copy(b, name);
    if (own)
        node->output[0] = own;
}
