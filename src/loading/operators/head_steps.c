/* SPDX-License-Identifier: MIT */
#include "loading/operators/head_steps.h"

#include "loading/operators/arrays.h"
#include "loading/operators/constants.h"
#include "loading/operators/map_order.h"
#include "loading/operators/norms.h"

#include <string.h>

/* A copy of the vector and of its head, to be changed. */
static dn_status derive(dn_walk *w, const dn_known *from, dn_known **out, dn_walk_head **head)
{
    *head = NULL;
    DN_TRY(dn_walk_derive(w, from, out));
    DN_TRY(dn_pool_alloc(&w->file->pool, 1, sizeof **head, head));
    **head = *from->head;
    (*out)->head = *head;
    return DN_OK;
}

static dn_head_part *last_part(dn_walk_head *head)
{
    return head->head.part_count ? &head->head.parts[head->head.part_count - 1] : NULL;
}

/* ----------------------------------------------------------------- linears */

/* *norm is the new part's; NULL if there is no room. */
static dn_walk_norm *add_part(dn_walk_head *head, dn_head_kind kind, int outputs)
{
    if (head->ended || head->head.part_count == DN_MAX_HEAD_PARTS)
        return NULL;
    head->head.parts[head->head.part_count] = (dn_head_part){kind, outputs};
    return &head->parts[head->head.part_count++];
}

dn_status dn_head_linear(dn_walk *w, const dn_operator *item, const dn_tensor *weight,
                         const dn_tensor *bias, const dn_known **out)
{
    const dn_known *from = dn_walk_input(w, item, 0);
    dn_known *made;
    dn_walk_head *head;
    bool flat = weight && (weight->rank == 2 ||
                           (weight->rank == 4 && weight->shape[2] == 1 && weight->shape[3] == 1));
    if (!flat || !dn_dtype_is_float(weight->dtype) || weight->shape[1] != from->head->width ||
        weight->shape[0] < 1 || weight->shape[0] > 1000000)
        return dn_walk_depart(w, item, out, "has no constant weight for the %d numbers it reads",
                              from->head->width);
    int outputs = (int)weight->shape[0];
    if (bias && (bias->count != (size_t)outputs || !dn_dtype_is_float(bias->dtype)))
        return dn_walk_depart(w, item, out, "has a bias of another size than its outputs");
    DN_TRY(derive(w, from, &made, &head));
    dn_walk_norm *part = add_part(head, bias ? DN_HEAD_LINEAR : DN_HEAD_LINEAR_NO_BIAS, outputs);
    if (!part)
        return dn_walk_depart(w, item, out, "is more than a head has here");
    head->width = outputs;
    DN_TRY(dn_array_reshape(w->file, weight, 2, weight->shape, &part->parts[0]));
    if (bias)
        DN_TRY(dn_array_reshape(w->file, bias, 1, (const int64_t[]){outputs}, &part->parts[1]));
    *out = made;
    return DN_OK;
}

dn_status dn_head_turn(dn_walk *w, const dn_tensor *matrix, const dn_tensor **out)
{
    dn_tensor *made = NULL;
    *out = NULL;
    if (!matrix || matrix->rank != 2)
        return DN_OK;
    DN_TRY(dn_pool_alloc(&w->file->pool, 1, sizeof *made, &made));
    *made = *matrix;
    for (int d = 0; d < 2; d++) {
        made->shape[d] = matrix->shape[1 - d];
        made->strides[d] = matrix->strides[1 - d];
    }
    *out = made;
    return DN_OK;
}

/* alpha and beta are 1 but in odd files. */
static dn_status times(dn_walk *w, const dn_operator *item, const char *name,
                       const dn_tensor *tensor, const dn_tensor **out)
{
    const dn_attribute *given = dn_operator_attribute(item, name);
    dn_tensor *made;
    float *data;
    *out = tensor;
    if (!tensor || !given || given->real == 1 || !dn_dtype_is_float(tensor->dtype))
        return DN_OK;
    DN_TRY(dn_array_create(w->file, DN_F32, tensor->rank, tensor->shape, &made, &data));
    dn_tensor_read(tensor, data);
    for (size_t i = 0; i < tensor->count; i++)
        data[i] *= given->real;
    *out = made;
    return DN_OK;
}

dn_status dn_head_gemm(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_tensor *weight = dn_walk_constant(w, item, 1), *bias = dn_walk_constant(w, item, 2);
    if (dn_walk_integer(item, "transA", 0) || (dn_walk_input(w, item, 2) && !bias))
        return dn_walk_depart(w, item, out, "is no linear of a vector");
    if (!dn_walk_integer(item, "transB", 0))
        DN_TRY(dn_head_turn(w, weight, &weight));
    DN_TRY(times(w, item, "alpha", weight, &weight));
    DN_TRY(times(w, item, "beta", bias, &bias));
    return dn_head_linear(w, item, weight, bias, out);
}

dn_status dn_head_matmul(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_tensor *weight;
    DN_TRY(dn_head_turn(w, dn_walk_constant(w, item, 1), &weight));
    return dn_head_linear(w, item, weight, NULL, out);
}

/* -------------------------------------------------------------- other parts */

dn_status dn_head_norm(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *from = dn_walk_input(w, item, 0);
    const dn_walk_norm *norm;
    dn_known *made;
    dn_walk_head *head;
    DN_TRY(derive(w, from, &made, &head));
    DN_TRY(dn_norm_append(w, NULL, item, head->width, &norm));
    dn_walk_norm *part = norm ? add_part(head, DN_HEAD_NORM, 0) : NULL;
    if (!part)
        return dn_walk_depart(w, item, out, "is no norm of the %d numbers that it reads",
                              from->head->width);
    *part = *norm;
    *out = made;
    return DN_OK;
}

dn_status dn_head_relu(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    dn_known *made;
    dn_walk_head *head;
    DN_TRY(derive(w, dn_walk_input(w, item, 0), &made, &head));
    if (!add_part(head, DN_HEAD_RELU, 0))
        return dn_walk_depart(w, item, out, "is more than a head has here");
    *out = made;
    return DN_OK;
}

/* A bias after a product; else a number that divides the logits. */
static dn_status add_or_divide(dn_walk *w, const dn_operator *item, const float *factors,
                               const float *terms, const dn_known *from, const dn_known **out)
{
    dn_known *made;
    dn_walk_head *head;
    DN_TRY(derive(w, from, &made, &head));
    dn_head_part *last = last_part(head);
    bool even = factors != NULL;
    for (int c = 1; even && c < head->width; c++)
        even = factors[c] == factors[0];
    *out = made;
    if (terms && last && last->kind == DN_HEAD_LINEAR_NO_BIAS && !head->ended) {
        dn_tensor *bias;
        float *data;
        DN_TRY(dn_array_floats(w->file, (size_t)head->width, &bias, &data));
        memcpy(data, terms, (size_t)head->width * sizeof *terms);
        head->parts[head->head.part_count - 1].parts[1] = bias;
        last->kind = DN_HEAD_LINEAR;
        return DN_OK;
    }
    if (!even || !(factors[0] > 0) || !last || !dn_is_linear(last) || head->ended)
        return dn_walk_depart(w, item, out, "changes a vector as no part of a head does");
    head->temperature /= (double)factors[0];
    return DN_OK;
}

/* Both are pooled from the same maps, one by means and one by maxima, and nothing else. */
static bool are_mean_and_max(const dn_known *first, const dn_known *second)
{
    bool both =
        first && second && first->kind == DN_KNOWN_VECTOR && second->kind == DN_KNOWN_VECTOR;
    const dn_walk_head *a = both ? first->head : NULL, *b = both ? second->head : NULL;
    return both && a->source == b->source && !a->head.part_count && !b->head.part_count &&
           !a->head.window && !b->head.window && a->rank == b->rank &&
           ((a->head.pool == DN_POOL_MEAN && b->head.pool == DN_POOL_MAX) ||
            (a->head.pool == DN_POOL_MAX && b->head.pool == DN_POOL_MEAN)) &&
           a->width == b->width && a->width == a->source->channels;
}

/* The sum of means and maxima, or its half. */
static dn_status add_or_halve(dn_walk *w, const dn_known *from, bool halved, const dn_known **out)
{
    dn_known *made;
    dn_walk_head *head;
    DN_TRY(derive(w, from, &made, &head));
    head->head.pool = DN_POOL_AVGMAX;
    head->halved = halved;
    *out = made;
    return DN_OK;
}

static bool halves(const dn_known *from, const float *factors, const float *terms)
{
    const dn_walk_head *head = from->head;
    bool even = factors && !terms && head->head.pool == DN_POOL_AVGMAX && !head->halved &&
                !head->head.part_count;
    for (int c = 0; even && c < head->width; c++)
        even = factors[c] == 0.5f;
    return even;
}

dn_status dn_head_arithmetic(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *from = dn_walk_input(w, item, 0);
    if (item->type[0] == 'A' && are_mean_and_max(from, dn_walk_input(w, item, 1)))
        return add_or_halve(w, from, false, out);
    const dn_tensor *other = dn_walk_constant(w, item, 1);
    const float *numbers = NULL, *factors, *terms;
    if (from->kind == DN_KNOWN_CONSTANT && (item->type[0] == 'A' || item->type[0] == 'M')) {
        other = from->constant;
        from = dn_walk_input(w, item, 1);
    }
    if (other && from->kind == DN_KNOWN_VECTOR)
        DN_TRY(dn_maps_per_channel(w, item, other, from->head->width, from->head->rank, &numbers));
    if (!numbers)
        return dn_walk_depart(w, item, out, "combines a vector with something else than constants");
    DN_TRY(dn_maps_line(w, item, numbers, from->head->width, &factors, &terms));
    return halves(from, factors, terms) ? add_or_halve(w, from, true, out)
                                        : add_or_divide(w, item, factors, terms, from, out);
}

/* Softmax, LogSoftmax or Sigmoid. */
dn_status dn_head_end(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    dn_known *made;
    dn_walk_head *head;
    bool sigmoid = item->type[0] == 'S' && item->type[1] == 'i';
    DN_TRY(derive(w, dn_walk_input(w, item, 0), &made, &head));
    int64_t axis = dn_walk_integer(item, "axis", w->graph->version < 13 ? 1 : -1);
    bool along = axis == 1 || axis == 1 - head->rank || (axis == -1 && head->rank == 2);
    if (head->ended || !last_part(head) || !dn_is_linear(last_part(head)) || !(sigmoid || along))
        return dn_walk_depart(w, item, out, "does not end a head");
    head->ended = true;
    head->objective = sigmoid ? DN_OBJECTIVE_LABELS : DN_OBJECTIVE_CLASSES;
    *out = made;
    return DN_OK;
}

/* ------------------------------------------------------------------ layouts */

/* The rank that it leaves; 0 if that is no row per picture. */
static dn_status squeezed_rank(dn_walk *w, const dn_operator *item, const dn_walk_head *head,
                               int *rank)
{
    int64_t axes[DN_MAX_RANK];
    int count;
    DN_TRY(dn_constant_axes(w, item, 1, head->rank, axes, &count));
    bool sound = count > 0 && head->rank - count >= 2 && head->head.pool != DN_POOL_GRID;
    for (int i = 0; sound && i < count; i++)
        sound = axes[i] >= 2 && (i == 0 || axes[i] != axes[0]);
    *rank = sound ? head->rank - count : 0;
    return DN_OK;
}

static dn_status reshaped_rank(dn_walk *w, const dn_operator *item, const dn_walk_head *head,
                               int *rank)
{
    const dn_tensor *to = dn_walk_constant(w, item, 1);
    const dn_attribute *given = dn_operator_attribute(item, "shape");
    const int64_t *sizes = given ? given->integers : NULL;
    size_t count = given ? given->integer_count : to ? to->count : 0;
    if (!given && to)
        DN_TRY(dn_array_integers(w->file, to, &sizes));
    bool sound = sizes && (count == 2 || (count == 4 && head->head.pool != DN_POOL_GRID));
    bool kept = head->rank == 4 && head->head.pool != DN_POOL_GRID;
    for (size_t d = 1; sound && d < count; d++)
        sound = d == 1 ? sizes[1] == -1 || sizes[1] == head->width || (sizes[1] == 0 && kept)
                       : sizes[d] == 1 || (sizes[d] == 0 && kept);
    *rank = sound ? (int)count : 0;
    return DN_OK;
}

dn_status dn_head_flatten(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    dn_known *made;
    dn_walk_head *head;
    int rank = 2;
    DN_TRY(derive(w, dn_walk_input(w, item, 0), &made, &head));
    if (strcmp(item->type, "Reshape") == 0)
        DN_TRY(reshaped_rank(w, item, head, &rank));
    else if (strcmp(item->type, "Squeeze") == 0)
        DN_TRY(squeezed_rank(w, item, head, &rank));
    else if (dn_walk_integer(item, "axis", 1) != 1)
        rank = 0;
    head->rank = rank;
    *out = made;
    return rank ? DN_OK : dn_walk_depart(w, item, out, "brings a head's vector into another shape");
}

/* Maxima and means of the same maps. */
dn_status dn_head_concat(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *first = dn_walk_input(w, item, 0), *second = dn_walk_input(w, item, 1);
    int64_t axis = dn_walk_integer(item, "axis", 1);
    dn_known *made;
    dn_walk_head *head;
    if (item->input_count != 2 || !are_mean_and_max(first, second) ||
        (axis != 1 && axis != 1 - first->head->rank))
        return dn_walk_depart(w, item, out, "joins vectors that are not maxima and means");
    DN_TRY(derive(w, first, &made, &head));
    head->head.pool = first->head->head.pool == DN_POOL_MEAN ? DN_POOL_MEAN_MAX : DN_POOL_MAX_MEAN;
    head->width *= 2;
    *out = made;
    return DN_OK;
}
