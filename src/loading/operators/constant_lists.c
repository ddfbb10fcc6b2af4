/* SPDX-License-Identifier: MIT */
/* Lists of whole numbers, as shapes are computed from. */
#include "loading/operators/arrays.h"
#include "loading/operators/constant_steps.h"

#define MOST_REVERSED 64

dn_status dn_constant_list(dn_walk *w, size_t count, const int64_t *from, const dn_tensor **out)
{
    dn_tensor *made;
    int64_t *data;
    DN_TRY(dn_array_create(w->file, DN_I64, 1, (const int64_t[]){(int64_t)count}, &made, &data));
    if (count)
        memcpy(data, from, count * sizeof *from);
    *out = made;
    return DN_OK;
}

dn_status dn_compute_gather(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *data = dn_walk_constant(w, item, 0), *indices = dn_walk_constant(w, item, 1);
    const int64_t *list, *places;
    dn_tensor *made;
    int64_t *taken;
    if (!indices || data->rank != 1 || indices->rank > 1)
        return DN_OK;
    DN_TRY(dn_array_integers(w->file, data, &list));
    DN_TRY(dn_array_integers(w->file, indices, &places));
    if (!list || !places)
        return DN_OK;
    DN_TRY(dn_array_create(w->file, DN_I64, indices->rank, indices->shape, &made, &taken));
    for (size_t i = 0; i < indices->count; i++) {
        int64_t place = places[i] < 0 ? places[i] + data->shape[0] : places[i];
        if (place < 0 || place >= data->shape[0])
            return DN_OK;
        taken[i] = list[place];
    }
    *out = made;
    return DN_OK;
}

dn_status dn_compute_concat(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    int64_t list[DN_MAX_RANK];
    size_t count = 0;
    for (int i = 0; i < item->input_count; i++) {
        const dn_tensor *part = dn_walk_constant(w, item, i);
        const int64_t *integers = NULL;
        if (part && part->rank == 1)
            DN_TRY(dn_array_integers(w->file, part, &integers));
        if (!integers || part->count > DN_MAX_RANK - count)
            return DN_OK;
        for (size_t k = 0; k < part->count; k++)
            list[count++] = integers[k];
    }
    return dn_constant_list(w, count, list, out);
}

/* A place among axes, of which there are so many: from the end if below 0. */
static int64_t axis_between(int64_t place, int64_t rank)
{
    place = place < 0 ? place + rank : place;
    return place < 0 ? 0 : place > rank ? rank : place;
}

dn_status dn_constant_sizes(dn_walk *w, const dn_operator *item, int rank, const int64_t *sizes,
                            const dn_tensor **out)
{
    int64_t begin = axis_between(dn_walk_integer(item, "start", 0), rank);
    int64_t end = axis_between(dn_walk_integer(item, "end", rank), rank);
    return dn_constant_list(w, end > begin ? (size_t)(end - begin) : 0, sizes + begin, out);
}

dn_status dn_compute_shape(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *of = dn_walk_constant(w, item, 0);
    return dn_constant_sizes(w, item, of->rank, of->shape, out);
}

/* As many whole numbers as a list of one size says, all equal. */
dn_status dn_compute_filled(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *shape = dn_walk_constant(w, item, 0);
    const dn_attribute *value = dn_operator_attribute(item, "value");
    const int64_t *sizes = NULL, *filling = NULL;
    int64_t list[DN_MAX_RANK];
    if (shape->count == 1)
        DN_TRY(dn_array_integers(w->file, shape, &sizes));
    if (value && value->tensor && value->tensor->count == 1)
        DN_TRY(dn_array_integers(w->file, value->tensor, &filling));
    if (!sizes || !filling || sizes[0] < 0 || sizes[0] > DN_MAX_RANK)
        return DN_OK;
    for (int i = 0; i < (int)sizes[0]; i++)
        list[i] = filling[0];
    return dn_constant_list(w, (size_t)sizes[0], list, out);
}

/* Of a list, with the whole numbers that inputs or, in old files, attributes give. */
static dn_status slice_bound(dn_walk *w, const dn_operator *item, int input, const char *name,
                             int64_t usual, int64_t *bound)
{
    const dn_attribute *given = dn_operator_attribute(item, name);
    const dn_tensor *tensor = dn_walk_constant(w, item, input);
    const int64_t *integers = NULL;
    *bound = given && given->integer_count == 1 ? given->integers[0] : usual;
    if (tensor && tensor->count == 1)
        DN_TRY(dn_array_integers(w->file, tensor, &integers));
    if (integers)
        *bound = integers[0];
    return DN_OK;
}

/* The whole of a short array, the last of its first axis first. */
static dn_status reverse(dn_walk *w, const dn_tensor *data, const dn_tensor **out)
{
    int order[MOST_REVERSED];
    if (data->rank == 0 || data->shape[0] > MOST_REVERSED)
        return DN_OK;
    for (int i = 0; i < (int)data->shape[0]; i++)
        order[i] = (int)data->shape[0] - 1 - i;
    return dn_array_reorder(w->file, data, 0, order, out);
}

dn_status dn_compute_slice(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *data = dn_walk_constant(w, item, 0);
    const int64_t *list = NULL;
    int64_t start, end, pace;
    if (data->rank == 1)
        DN_TRY(dn_array_integers(w->file, data, &list));
    DN_TRY(slice_bound(w, item, 1, "starts", 0, &start));
    DN_TRY(slice_bound(w, item, 2, "ends", INT64_MAX, &end));
    DN_TRY(slice_bound(w, item, 4, "steps", 1, &pace));
    if (pace == -1 && start == -1 && end < -MOST_REVERSED)
        return reverse(w, data, out);
    if (!list || pace != 1)
        return DN_OK;
    int64_t length = data->shape[0];
    start = start < 0 ? start + length : start;
    end = end < 0 ? end + length : end < length ? end : length;
    if (start < 0 || start > end)
        return DN_OK;
    return dn_constant_list(w, (size_t)(end - start), list + start, out);
}
