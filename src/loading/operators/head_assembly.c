/* SPDX-License-Identifier: MIT */
#include "loading/operators/head_assembly.h"

#include "loading/operators/arrays.h"
#include "loading/operators/norms.h"

#include <string.h>

/* The pooled vector's numbers in canonical order. */
static dn_status order_vector(dn_assembly *a, const int *order, const int **out)
{
    const dn_walk_head *head = a->made->head;
    int channels = head->source->channels, cells = dn_head_cells(&head->head);
    int width = dn_head_width(&head->head, channels);
    int *made = NULL;
    DN_TRY(dn_pool_alloc(&a->w->file->pool, (size_t)width, sizeof *made, &made));
    for (int c = 0; c < channels; c++)
        for (int s = 0; s < cells; s++)
            made[c * cells + s] = order[c] * cells + s;
    for (int c = 0; c < channels && width > channels * cells; c++) {
        made[c] = order[c];
        made[channels + c] = order[c] + channels;
    }
    *out = made;
    return DN_OK;
}

static dn_status add_linear(dn_assembly *a, dn_key key, const dn_walk_norm *part, const int *order)
{
    const dn_tensor *weight = part->parts[0];
    if (order)
        DN_TRY(dn_array_reorder(a->w->file, weight, 1, order, &weight));
    DN_TRY(dn_pairs_add(a, key, DN_PART_LINEAR_WEIGHT, weight));
    return part->parts[1] ? dn_pairs_add(a, key, DN_PART_LINEAR_BIAS, part->parts[1]) : DN_OK;
}

dn_status dn_head_assemble(dn_assembly *a, const int *order)
{
    const dn_walk_head *head = a->made->head;
    const int *places;
    if (head->head.pool == DN_POOL_AVGMAX && !head->halved)
        return dn_fail(DN_ERROR_MISMATCH,
                       "its head reads sums of means and maxima, not half of them");
    DN_TRY(order_vector(a, order, &places));
    int width = dn_head_width(&head->head, head->source->channels);
    for (int i = 0; i < head->head.part_count; i++) {
        const dn_head_part *part = &head->head.parts[i];
        dn_key key = {.role = DN_ROLE_HEAD, .unit = i};
        if (dn_is_linear(part)) {
            DN_TRY(add_linear(a, key, &head->parts[i], places));
            places = NULL;
            width = part->outputs;
        } else if (part->kind == DN_HEAD_NORM) {
            const dn_known vector = {.norm = &head->parts[i], .channels = width};
            DN_TRY(dn_pairs_add_norm(a, key, &vector, places));
        }
    }
    return DN_OK;
}

void dn_head_describe(const dn_walk_head *head, dn_arch *arch)
{
    arch->head = head->head;
    arch->classes = 0;
    for (int i = 0; i < head->head.part_count; i++)
        if (dn_is_linear(&head->head.parts[i]))
            arch->classes = head->head.parts[i].outputs;
    if (arch->head.part_count == 1 && arch->head.parts[0].kind == DN_HEAD_LINEAR) {
        arch->head.part_count = 0;
        arch->head.parts[0] = (dn_head_part){0};
    }
    if (arch->classes == 0)
        arch->head = (dn_head){0};
}
