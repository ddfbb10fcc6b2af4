/* SPDX-License-Identifier: MIT */
#include "tensors/onnx/onnx_graph.h"

#include "base/memory.h"
#include "tensors/onnx/onnx_tensor.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A value's number by its name. */
typedef struct entry {
    const char *name;
    int value;
} entry;

typedef struct work {
    dn_tensor_file *file;
    const DnOnnx__Graph *graph;
    dn_operators *made;
    entry *entries; /* sorted by name; of all values that have one */
    size_t entry_count;
} work;

static const char *text_of(const char *text)
{
    return text ? text : "";
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->name, ((const entry *)b)->name);
}

static const entry *find(const work *w, const char *name)
{
    entry wanted = {.name = name};
    return bsearch(&wanted, w->entries, w->entry_count, sizeof wanted, by_name);
}

/* ---------------------------------------------------------------- values */

static dn_operator_value *add_value(work *w, const char *name)
{
    dn_operators *made = w->made;
    if (*name)
        w->entries[w->entry_count++] = (entry){name, (int)made->value_count};
    dn_operator_value *value = &made->values[made->value_count++];
    *value = (dn_operator_value){.name = name, .rank = -1};
    return value;
}

static void read_type(const DnOnnx__ValueInfo *info, dn_operator_value *value)
{
    const DnOnnx__TensorType *type = info->type ? info->type->tensor_type : NULL;
    if (!type || !dn_onnx_dtype(type->elem_type, &value->dtype))
        value->dtype = DN_F32;
    if (!type || !type->shape || type->shape->n_dim > DN_MAX_RANK)
        return;
    value->rank = (int)type->shape->n_dim;
    for (int d = 0; d < value->rank; d++) {
        const DnOnnx__Dimension *dim = type->shape->dim[d];
        value->shape[d] = dim->has_dim_value && dim->dim_value > 0 ? dim->dim_value : -1;
    }
}

/* Old files list their initialisers among the inputs. */
static void add_inputs(work *w)
{
    dn_operators *made = w->made;
    size_t initialisers = w->entry_count;
    qsort(w->entries, initialisers, sizeof *w->entries, by_name);
    made->input = (int)made->value_count;
    for (size_t i = 0; i < w->graph->n_input; i++) {
        const char *name = text_of(w->graph->input[i]->name);
        entry wanted = {.name = name};
        if (!bsearch(&wanted, w->entries, initialisers, sizeof wanted, by_name))
            read_type(w->graph->input[i], add_value(w, name));
    }
    made->input_count = (int)made->value_count - made->input;
}

static dn_status count_values(const work *w, size_t *count)
{
    *count = w->file->tensor_count + w->graph->n_input;
    for (size_t i = 0; i < w->graph->n_node; i++)
        *count += w->graph->node[i]->n_output;
    return *count < INT_MAX / 2 ? DN_OK : dn_fail(DN_ERROR_LIMIT, "has %zu values", *count);
}

static dn_status number_values(work *w)
{
    size_t count;
    DN_TRY(count_values(w, &count));
    DN_TRY(dn_pool_alloc(&w->file->pool, count, sizeof *w->made->values, &w->made->values));
    DN_TRY(dn_pool_alloc(&w->file->pool, count, sizeof *w->entries, &w->entries));
    for (size_t i = 0; i < w->file->tensor_count; i++)
        add_value(w, w->file->tensors[i].name)->tensor = &w->file->tensors[i];
    add_inputs(w);
    for (size_t i = 0; i < w->graph->n_node; i++) {
        const DnOnnx__Node *node = w->graph->node[i];
        w->made->items[i].first_output = (int)w->made->value_count;
        w->made->items[i].output_count = (int)node->n_output;
        for (size_t o = 0; o < node->n_output; o++)
            add_value(w, text_of(node->output[o]));
    }
    qsort(w->entries, w->entry_count, sizeof *w->entries, by_name);
    for (size_t i = 1; i < w->entry_count; i++)
        if (strcmp(w->entries[i - 1].name, w->entries[i].name) == 0)
            return dn_fail(DN_ERROR_FORMAT, "two values of its graph are named \"%.200s\"",
                           w->entries[i].name);
    return DN_OK;
}

/* ------------------------------------------------------------- operators */

static dn_status read_attribute(work *w, const DnOnnx__Attribute *message, dn_attribute *made)
{
    char *text = NULL;
    *made = (dn_attribute){.name = text_of(message->name),
                           .integer = message->i,
                           .real = message->f,
                           .integers = message->ints,
                           .integer_count = message->n_ints,
                           .reals = message->floats,
                           .real_count = message->n_floats};
    if (message->has_s) {
        DN_TRY(dn_pool_copy(&w->file->pool, message->s.len ? (const char *)message->s.data : "",
                            message->s.len, &text));
        made->text = text;
    }
    if (!message->t)
        return DN_OK;
    dn_tensor *tensor = NULL;
    DN_TRY(dn_pool_alloc(&w->file->pool, 1, sizeof *tensor, &tensor));
    made->tensor = tensor;
    return dn_onnx_tensor(w->file, message->t, tensor);
}

static dn_status read_attributes(work *w, const DnOnnx__Node *node, dn_operator *item)
{
    dn_attribute *made = NULL;
    DN_TRY(dn_pool_alloc(&w->file->pool, node->n_attribute, sizeof *made, &made));
    for (size_t i = 0; i < node->n_attribute; i++)
        DN_TRY(read_attribute(w, node->attribute[i], &made[i]));
    item->attributes = made;
    item->attribute_count = node->n_attribute;
    return DN_OK;
}

static dn_status read_node(work *w, const DnOnnx__Node *node, dn_operator *item)
{
    int *inputs = NULL;
    item->name = text_of(node->name);
    item->type = text_of(node->op_type);
    item->domain = text_of(node->domain);
    DN_TRY(dn_pool_alloc(&w->file->pool, node->n_input, sizeof *inputs, &inputs));
    for (size_t i = 0; i < node->n_input; i++) {
        const char *name = text_of(node->input[i]);
        const entry *found = *name ? find(w, name) : NULL;
        if (*name && (!found || found->value >= item->first_output))
            return dn_fail(DN_ERROR_FORMAT,
                           "its node \"%.100s\" (%.40s) reads \"%.100s\", which no node before it "
                           "makes",
                           item->name, item->type, name);
        inputs[i] = found ? found->value : DN_NO_VALUE;
    }
    item->inputs = inputs;
    item->input_count = (int)node->n_input;
    return read_attributes(w, node, item);
}

static dn_status read_outputs(work *w)
{
    DN_TRY(dn_pool_alloc(&w->file->pool, w->graph->n_output, sizeof *w->made->outputs,
                         &w->made->outputs));
    for (size_t i = 0; i < w->graph->n_output; i++) {
        const char *name = text_of(w->graph->output[i]->name);
        const entry *found = find(w, name);
        if (!found)
            return dn_fail(DN_ERROR_FORMAT, "its output \"%.200s\" is made by no node", name);
        w->made->outputs[w->made->output_count++] = found->value;
    }
    return DN_OK;
}

static int64_t version_of(const DnOnnx__Model *model)
{
    for (size_t i = 0; i < model->n_opset_import; i++) {
        const char *domain = text_of(model->opset_import[i]->domain);
        if (!*domain || strcmp(domain, "ai.onnx") == 0)
            return model->opset_import[i]->version;
    }
    return 1;
}

dn_status dn_onnx_graph(dn_tensor_file *file, const DnOnnx__Model *model)
{
    work w = {.file = file, .graph = model->graph};
    DN_TRY(dn_pool_alloc(&file->pool, 1, sizeof *w.made, &w.made));
    w.made->count = w.graph->n_node;
    w.made->version = version_of(model);
    w.made->producer = text_of(model->producer_name);
    DN_TRY(dn_pool_alloc(&file->pool, w.made->count, sizeof *w.made->items, &w.made->items));
    DN_TRY(number_values(&w));
    for (size_t i = 0; i < w.made->count; i++)
        DN_TRY(read_node(&w, w.graph->node[i], &w.made->items[i]));
    DN_TRY(read_outputs(&w));
    file->operators = w.made;
    return DN_OK;
}
