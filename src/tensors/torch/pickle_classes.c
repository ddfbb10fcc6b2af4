/* SPDX-License-Identifier: MIT */
/* The classes and functions that tensor files are made of, by name. Anything
 * not in the table becomes an opaque object. */
#include "tensors/torch/pickle.h"

#include "base/memory.h"

#include <string.h>

static dn_status opaque(dn_pool *pool, dn_pickle_node *callable, dn_pickle_node *arguments,
                        dn_pickle_node **made)
{
    DN_TRY(dn_pickle_node_create(pool, DN_PICKLE_OBJECT, made));
    (*made)->object.class = callable;
    (*made)->object.arguments = arguments;
    return DN_OK;
}

/* ---------------------------------------------------------------- builtins */

static dn_status first_argument(dn_pool *pool, dn_pickle_node *callable, dn_pickle_node *arguments,
                                dn_pickle_node **made)
{
    dn_pickle_node *first = dn_pickle_node_item(arguments, 0);
    if (!first)
        return dn_pickle_node_create(pool, DN_PICKLE_LIST, made);
    (void)callable;
    *made = first;
    return DN_OK;
}

/* OrderedDict(), OrderedDict([(key, value), ...]), defaultdict(factory). */
static dn_status make_dict(dn_pool *pool, dn_pickle_node *callable, dn_pickle_node *arguments,
                           dn_pickle_node **made)
{
    DN_TRY(dn_pickle_node_create(pool, DN_PICKLE_DICT, made));
    dn_pickle_node *pairs = dn_pickle_node_item(arguments, 0);
    for (size_t i = 0; pairs && pairs->kind == DN_PICKLE_LIST && i < pairs->list.count; i++) {
        dn_pickle_node *pair = pairs->list.items[i];
        if (!dn_pickle_node_item(pair, 1))
            return opaque(pool, callable, arguments, made);
        DN_TRY(dn_pickle_node_append(pool, *made, dn_pickle_node_item(pair, 0)));
        DN_TRY(dn_pickle_node_append(pool, *made, dn_pickle_node_item(pair, 1)));
    }
    return DN_OK;
}

/* copyreg._reconstructor(class, base, state): an object of protocol 1. */
static dn_status reconstruct(dn_pool *pool, dn_pickle_node *callable, dn_pickle_node *arguments,
                             dn_pickle_node **made)
{
    dn_pickle_node *class = dn_pickle_node_item(arguments, 0);
    return opaque(pool, class ? class : callable, NULL, made);
}

/* _codecs.encode(text, "latin1"): how protocol 2 writes bytes. */
static dn_status encode(dn_pool *pool, dn_pickle_node *callable, dn_pickle_node *arguments,
                        dn_pickle_node **made)
{
    const dn_pickle_node *text = dn_pickle_node_item(arguments, 0);
    if (!text || text->kind != DN_PICKLE_TEXT ||
        !dn_pickle_node_is_text(dn_pickle_node_item(arguments, 1), "latin1"))
        return opaque(pool, callable, arguments, made);
    char *bytes = NULL;
    size_t count = 0;
    DN_TRY(dn_pool_alloc(pool, text->text.size + 1, 1, &bytes));
    const unsigned char *at = (const unsigned char *)text->text.data, *end = at + text->text.size;
    while (at < end) {
        bool two = (*at & 0xfe) == 0xc2 && at + 1 < end; /* U+0080 to U+00FF */
        bytes[count++] = (char)(two ? (at[0] & 3) << 6 | (at[1] & 0x3f) : at[0]);
        at += two ? 2 : 1;
    }
    DN_TRY(dn_pickle_node_create(pool, DN_PICKLE_BYTES, made));
    (*made)->text.data = bytes;
    (*made)->text.size = count;
    return DN_OK;
}

/* ------------------------------------------------------------------- torch */

/* A tuple of sizes as numbers; false if it is not one. */
static bool read_sizes(const dn_pickle_node *list, int64_t numbers[DN_MAX_RANK], int *count)
{
    if (!list || list->kind != DN_PICKLE_LIST || list->list.count > DN_MAX_RANK)
        return false;
    *count = (int)list->list.count;
    for (int i = 0; i < *count; i++) {
        const dn_pickle_node *item = list->list.items[i];
        if (item->kind != DN_PICKLE_INT)
            return false;
        numbers[i] = item->integer;
    }
    return true;
}

static dn_status make_tensor(dn_pool *pool, const dn_pickle_node *arguments, dn_pickle_node **made)
{
    const dn_pickle_node *storage = dn_pickle_node_item(arguments, 0),
                         *offset = dn_pickle_node_item(arguments, 1);
    dn_pickled_tensor *tensor = NULL;
    int strides = -1;
    DN_TRY(dn_pool_alloc(pool, 1, sizeof *tensor, &tensor));
    if (!storage || storage->kind != DN_PICKLE_STORAGE || !offset ||
        offset->kind != DN_PICKLE_INT || offset->integer < 0 ||
        !read_sizes(dn_pickle_node_item(arguments, 2), tensor->layout.shape,
                    &tensor->layout.rank) ||
        !read_sizes(dn_pickle_node_item(arguments, 3), tensor->layout.strides, &strides) ||
        strides != tensor->layout.rank)
        return dn_fail(DN_ERROR_FORMAT,
                       "its pickle makes a tensor from arguments that do not describe one");
    tensor->storage = storage->storage;
    tensor->offset = (size_t)offset->integer;
    tensor->layout.dtype = storage->storage->dtype;
    DN_TRY(dn_pickle_node_create(pool, DN_PICKLE_TENSOR, made));
    (*made)->tensor = tensor;
    return DN_OK;
}

/* (storage, offset, size, stride, ...) */
static dn_status rebuild_tensor(dn_pool *pool, dn_pickle_node *callable, dn_pickle_node *arguments,
                                dn_pickle_node **made)
{
    (void)callable;
    return make_tensor(pool, arguments, made);
}

/* (storage, offset, size, stride, gradient?, hooks, dtype, ...): the storage is
 * of bytes, the rest counts elements of dtype. */
static dn_status rebuild_tensor_v3(dn_pool *pool, dn_pickle_node *callable,
                                   dn_pickle_node *arguments, dn_pickle_node **made)
{
    const dn_pickle_node *dtype = dn_pickle_node_item(arguments, 6);
    DN_TRY(make_tensor(pool, arguments, made));
    dn_pickled_tensor *tensor = (*made)->tensor;
    if (!dtype || dtype->kind != DN_PICKLE_CLASS || strncmp(dtype->text.data, "torch.", 6) != 0 ||
        !dn_dtype_from_torch(dtype->text.data + 6, &tensor->layout.dtype))
        return opaque(pool, callable, arguments, made);
    return DN_OK;
}

/* (function, class, arguments, state): a tensor subclass. */
static dn_status rebuild_from_type(dn_pool *pool, dn_pickle_node *callable,
                                   dn_pickle_node *arguments, dn_pickle_node **made)
{
    dn_pickle_node *function = dn_pickle_node_item(arguments, 0),
                   *inner = dn_pickle_node_item(arguments, 2);
    bool plain = function && function->kind == DN_PICKLE_CLASS && inner &&
                 inner->kind == DN_PICKLE_LIST &&
                 strcmp(function->text.data, callable->text.data) != 0;
    return plain ? dn_pickle_construct(pool, function, inner, made)
                 : opaque(pool, callable, arguments, made);
}

/* ------------------------------------------------------------------- numpy */

/* numpy.dtype("f4") with "<" in its state; false for any but plain numbers. */
static bool read_numpy_dtype(const dn_pickle_node *node, dn_dtype *dtype)
{
    if (!node || node->kind != DN_PICKLE_OBJECT ||
        !dn_pickle_node_is_class(node->object.class, "numpy.dtype"))
        return false;
    const dn_pickle_node *code = dn_pickle_node_item(node->object.arguments, 0);
    char text[8] = "";
    if (!code || code->kind != DN_PICKLE_TEXT || code->text.size >= sizeof text ||
        dn_pickle_node_is_text(dn_pickle_node_item(node->object.state, 1), ">"))
        return false;
    memcpy(text, code->text.data, code->text.size);
    return dn_dtype_from_numpy(text, dtype);
}

static bool is_bytes(const dn_pickle_node *node)
{
    return node && (node->kind == DN_PICKLE_BYTES || node->kind == DN_PICKLE_TEXT);
}

/* scalar(dtype, bytes) */
static dn_status numpy_scalar(dn_pool *pool, dn_pickle_node *callable, dn_pickle_node *arguments,
                              dn_pickle_node **made)
{
    const dn_pickle_node *bytes = dn_pickle_node_item(arguments, 1);
    dn_dtype dtype;
    if (!read_numpy_dtype(dn_pickle_node_item(arguments, 0), &dtype) || !is_bytes(bytes) ||
        bytes->text.size != dn_dtype_size(dtype) || dtype == DN_C64 || dtype == DN_C128)
        return opaque(pool, callable, arguments, made);
    DN_TRY(dn_pickle_node_create(pool, DN_PICKLE_FLOAT, made));
    (*made)->real = dn_to_double(dtype, (const unsigned char *)bytes->text.data);
    return DN_OK;
}

/* Turns the node into an array's tensor; leaves it alone if the array holds
 * objects or a type of no interest. */
static dn_status make_array(dn_pool *pool, const dn_pickle_node *shape, const dn_pickle_node *dtype,
                            bool column_major, const dn_pickle_node *data, dn_pickle_node *node)
{
    dn_pickled_tensor *tensor = NULL;
    dn_storage *storage = NULL;
    DN_TRY(dn_pool_alloc(pool, 1, sizeof *tensor, &tensor));
    DN_TRY(dn_pool_alloc(pool, 1, sizeof *storage, &storage));
    dn_tensor *layout = &tensor->layout;
    if (!read_sizes(shape, layout->shape, &layout->rank) ||
        !read_numpy_dtype(dtype, &layout->dtype) || !is_bytes(data))
        return DN_OK;
    if (column_major)
        dn_tensor_pack_columns(layout);
    else
        dn_tensor_pack(layout);
    *storage = (dn_storage){.key = "",
                            .dtype = layout->dtype,
                            .count = data->text.size / dn_dtype_size(layout->dtype),
                            .data = (const unsigned char *)data->text.data};
    tensor->storage = storage;
    node->kind = DN_PICKLE_TENSOR;
    node->tensor = tensor;
    return DN_OK;
}

/* An ndarray's state: (version, shape, dtype, column-major?, data). */
static dn_status build_array(dn_pool *pool, dn_pickle_node *object, const dn_pickle_node *state)
{
    const dn_pickle_node *order = dn_pickle_node_item(state, 3);
    bool column_major = order && order->kind == DN_PICKLE_BOOL && order->integer;
    return make_array(pool, dn_pickle_node_item(state, 1), dn_pickle_node_item(state, 2),
                      column_major, dn_pickle_node_item(state, 4), object);
}

/* _frombuffer(data, dtype, shape, "C" or "F"), of protocol 5. */
static dn_status array_from_buffer(dn_pool *pool, dn_pickle_node *callable,
                                   dn_pickle_node *arguments, dn_pickle_node **made)
{
    DN_TRY(opaque(pool, callable, arguments, made));
    return make_array(pool, dn_pickle_node_item(arguments, 2), dn_pickle_node_item(arguments, 1),
                      dn_pickle_node_is_text(dn_pickle_node_item(arguments, 3), "F"),
                      dn_pickle_node_item(arguments, 0), *made);
}

/* ---------------------------------------------------------------- the table */

static const struct {
    const char *name;
    dn_status (*make)(dn_pool *pool, dn_pickle_node *callable, dn_pickle_node *arguments,
                      dn_pickle_node **made);
} known[] = {
    {"torch._utils._rebuild_tensor_v2", rebuild_tensor},
    {"torch._utils._rebuild_tensor", rebuild_tensor},
    {"torch._utils._rebuild_tensor_v3", rebuild_tensor_v3},
    {"torch._utils._rebuild_parameter", first_argument},
    {"torch._utils._rebuild_parameter_with_state", first_argument},
    {"torch._tensor._rebuild_from_type_v2", rebuild_from_type},
    {"torch.nn.parameter.Parameter", first_argument}, /* before 0.4 */
    {"torch.autograd.variable.Variable", first_argument},
    {"torch.nn.parameter.Buffer", first_argument},
    {"torch.Size", first_argument},
    {"torch.jit._pickle.build_intlist", first_argument},
    {"collections.OrderedDict", make_dict},
    {"collections.defaultdict", make_dict},
    {"collections.Counter", make_dict},
    {"builtins.dict", make_dict},
    {"__builtin__.dict", make_dict},
    {"builtins.list", first_argument},
    {"__builtin__.list", first_argument},
    {"builtins.tuple", first_argument},
    {"__builtin__.tuple", first_argument},
    {"builtins.set", first_argument},
    {"__builtin__.set", first_argument},
    {"builtins.frozenset", first_argument},
    {"__builtin__.frozenset", first_argument},
    {"builtins.bytearray", first_argument},
    {"copyreg._reconstructor", reconstruct},
    {"copy_reg._reconstructor", reconstruct},
    {"_codecs.encode", encode},
    {"numpy.core.multiarray._reconstruct", reconstruct},
    {"numpy._core.multiarray._reconstruct", reconstruct},
    {"numpy.core.numeric._frombuffer", array_from_buffer},
    {"numpy._core.numeric._frombuffer", array_from_buffer},
    {"numpy.core.multiarray.scalar", numpy_scalar},
    {"numpy._core.multiarray.scalar", numpy_scalar},
};

dn_status dn_pickle_construct(dn_pool *pool, dn_pickle_node *callable, dn_pickle_node *arguments,
                              dn_pickle_node **made)
{
    for (size_t i = 0; callable->kind == DN_PICKLE_CLASS && i < sizeof known / sizeof *known; i++)
        if (strcmp(callable->text.data, known[i].name) == 0)
            return known[i].make(pool, callable, arguments, made);
    return opaque(pool, callable, arguments, made);
}

dn_status dn_pickle_build(dn_pool *pool, dn_pickle_node *object, dn_pickle_node *state)
{
    if (object->kind != DN_PICKLE_OBJECT)
        return DN_OK; /* an OrderedDict's _metadata and the like */
    if (dn_pickle_node_is_class(object->object.class, "numpy.ndarray"))
        return build_array(pool, object, state);
    /* (__dict__, slots) where a class has slots */
    dn_pickle_node *first = dn_pickle_node_item(state, 0);
    bool has_slots = state->kind == DN_PICKLE_LIST && state->list.count == 2 && first &&
                     first->kind == DN_PICKLE_DICT;
    object->object.state = has_slots ? first : state;
    return DN_OK;
}
