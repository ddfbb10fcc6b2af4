/* SPDX-License-Identifier: MIT */
/* The same numbers in another shape. */
#include "loading/operators/arrays.h"
#include "loading/operators/constant_steps.h"
#include "loading/operators/constants.h"

dn_status dn_constant_axes(dn_walk *w, const dn_operator *item, int input, int rank,
                           int64_t axes[DN_MAX_RANK], int *count)
{
    const dn_attribute *given = dn_operator_attribute(item, "axes");
    const dn_tensor *tensor = dn_walk_constant(w, item, input);
    const int64_t *from = given ? given->integers : NULL;
    size_t length = given ? given->integer_count : tensor ? tensor->count : 0;
    *count = -1;
    if (!given && tensor)
        DN_TRY(dn_array_integers(w->file, tensor, &from));
    if (!from || length > DN_MAX_RANK)
        return DN_OK;
    for (size_t i = 0; i < length; i++) {
        axes[i] = from[i] < 0 ? from[i] + rank : from[i];
        if (axes[i] < 0 || axes[i] >= rank)
            return DN_OK;
    }
    *count = (int)length;
    return DN_OK;
}

static bool is_among(int64_t axis, const int64_t *axes, int count)
{
    for (int i = 0; i < count; i++)
        if (axes[i] == axis)
            return true;
    return false;
}

dn_status dn_compute_unsqueeze(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *tensor = dn_walk_constant(w, item, 0);
    const dn_attribute *given = dn_operator_attribute(item, "axes");
    const dn_tensor *second = dn_walk_constant(w, item, 1);
    int64_t axes[DN_MAX_RANK], shape[DN_MAX_RANK];
    size_t added = given ? given->integer_count : second ? second->count : 0;
    int count, from = 0;
    if (added > DN_MAX_RANK || tensor->rank + (int)added > DN_MAX_RANK)
        return DN_OK;
    int rank = tensor->rank + (int)added;
    DN_TRY(dn_constant_axes(w, item, 1, rank, axes, &count));
    for (int d = 0; d < rank && count >= 0; d++) {
        bool one = is_among(d, axes, count);
        if (!one && from == tensor->rank)
            return DN_OK;
        shape[d] = one ? 1 : tensor->shape[from++];
    }
    return count < 0 || from < tensor->rank ? DN_OK
                                            : dn_array_reshape(w->file, tensor, rank, shape, out);
}

dn_status dn_compute_squeeze(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *tensor = dn_walk_constant(w, item, 0);
    int64_t axes[DN_MAX_RANK], shape[DN_MAX_RANK];
    int count, rank = 0;
    DN_TRY(dn_constant_axes(w, item, 1, tensor->rank, axes, &count));
    bool all = !dn_operator_attribute(item, "axes") && !dn_walk_input(w, item, 1);
    for (int d = 0; d < tensor->rank; d++)
        if (!(tensor->shape[d] == 1 && (all || is_among(d, axes, count))))
            shape[rank++] = tensor->shape[d];
    return all || count >= 0 ? dn_array_reshape(w->file, tensor, rank, shape, out) : DN_OK;
}

dn_status dn_compute_reshape(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *tensor = dn_walk_constant(w, item, 0), *to = dn_walk_constant(w, item, 1);
    const dn_attribute *given = dn_operator_attribute(item, "shape");
    const int64_t *sizes = given ? given->integers : NULL;
    size_t rank = given ? given->integer_count : to ? to->count : 0, known = 1;
    int64_t shape[DN_MAX_RANK];
    int open = -1;
    if (!given && to)
        DN_TRY(dn_array_integers(w->file, to, &sizes));
    if (!sizes || rank > DN_MAX_RANK)
        return DN_OK;
    for (int d = 0; d < (int)rank; d++) {
        shape[d] = sizes[d] == 0 && d < tensor->rank ? tensor->shape[d] : sizes[d];
        if (shape[d] < 0 && (shape[d] != -1 || open >= 0))
            return DN_OK;
        if (shape[d] < 0)
            open = d;
        else if (__builtin_mul_overflow(known, (size_t)shape[d], &known))
            return DN_OK;
    }
    if (open >= 0 && known)
        shape[open] = (int64_t)(tensor->count / known);
    if (open >= 0 ? !known || tensor->count % known : known != tensor->count)
        return DN_OK;
    return dn_array_reshape(w->file, tensor, (int)rank, shape, out);
}

dn_status dn_compute_transpose(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *tensor = dn_walk_constant(w, item, 0);
    const dn_attribute *perm = dn_operator_attribute(item, "perm");
    dn_tensor *made = NULL;
    if (perm && perm->integer_count != (size_t)tensor->rank)
        return DN_OK;
    DN_TRY(dn_pool_alloc(&w->file->pool, 1, sizeof *made, &made));
    *made = *tensor;
    unsigned seen = 0;
    for (int d = 0; d < tensor->rank; d++) {
        int64_t from = perm ? perm->integers[d] : tensor->rank - 1 - d;
        if (from < 0 || from >= tensor->rank || seen >> from & 1)
            return DN_OK;
        seen |= 1u << from;
        made->shape[d] = tensor->shape[from];
        made->strides[d] = tensor->strides[from];
    }
    *out = made;
    return DN_OK;
}

dn_status dn_compute_expand(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *tensor = dn_walk_constant(w, item, 0), *to = dn_walk_constant(w, item, 1);
    const int64_t *sizes = NULL;
    if (to)
        DN_TRY(dn_array_integers(w->file, to, &sizes));
    if (!sizes || to->count > DN_MAX_RANK)
        return DN_OK;
    int asked = (int)to->count;
    dn_tensor made = *tensor;
    made.rank = asked > tensor->rank ? asked : tensor->rank;
    for (int d = 0; d < made.rank; d++) {
        int from = d - (made.rank - tensor->rank), at = d - (made.rank - asked);
        int64_t size = from >= 0 ? tensor->shape[from] : 1, wanted = at >= 0 ? sizes[at] : 1;
        if (wanted < 0 || (size != 1 && wanted != 1 && wanted != size))
            return DN_OK;
        made.shape[d] = size == 1 ? wanted : size;
        made.strides[d] = size == 1 ? 0 : tensor->strides[from];
    }
    DN_TRY(dn_tensor_check(&made, 0, SIZE_MAX / 2, "an array of its graph"));
    const dn_tensor *packed;
    DN_TRY(dn_array_pack(w->file, &made, &packed));
    return dn_array_reshape(w->file, packed, made.rank, made.shape, out);
}
