/* SPDX-License-Identifier: MIT */
/* The rows of a head, brought into the order of other labels. */
#include "base/memory.h"
#include "base/text.h"
#include "network/model.h"

#include <stdlib.h>
#include <string.h>

/* The one output with this name; -1 if there is none, or more than one. */
static int find_output(const dn_model *model, const char *label)
{
    int found = -1;
    for (int i = 0; *label && i < model->arch.classes; i++)
        if (strcmp(dn_model_label(model, i), label) == 0) {
            if (found >= 0)
                return -1;
            found = i;
        }
    return found;
}

/* Fills order[], the old output of each new one; false if the names are not the same set. */
static bool find_order(const dn_model *model, const char *const *labels, int *order, bool *taken)
{
    for (int i = 0; i < model->arch.classes; i++) {
        order[i] = find_output(model, labels[i]);
        if (order[i] < 0 || taken[order[i]])
            return false;
        taken[order[i]] = true;
    }
    return true;
}

static dn_status reorder_tensor(dn_model *model, int index, const int *order)
{
    const dn_slot *slot = &model->layout.slots[index];
    size_t rows = (size_t)slot->shape[0], row = slot->count / rows;
    float *made;
    DN_TRY(dn_calloc(slot->count, sizeof *made, &made));
    for (size_t i = 0; i < rows; i++)
        memcpy(made + i * row, model->tensors[index] + (size_t)order[i] * row, row * sizeof *made);
    dn_status status = dn_model_set_tensor(model, index, made, slot->count);
    free(made);
    return status;
}

/* The last linear, and a norm after it. */
static dn_status reorder_tensors(dn_model *model, const int *order)
{
    int last = model->layout.count - 1;
    while (last > 0 && model->layout.slots[last].rank != 2)
        last--;
    for (int i = last; i < model->layout.count; i++)
        DN_TRY(reorder_tensor(model, i, order));
    return DN_OK;
}

static dn_status reorder_numbers(float **numbers, int count, const int *order)
{
    float *made;
    if (!*numbers)
        return DN_OK;
    DN_TRY(dn_calloc((size_t)count, sizeof *made, &made));
    for (int i = 0; i < count; i++)
        made[i] = (*numbers)[order[i]];
    free(*numbers);
    *numbers = made;
    return DN_OK;
}

static bool is_rising(const int *order, int count)
{
    int i = 0;
    while (i < count && order[i] == i)
        i++;
    return i == count;
}

static dn_status match(dn_model *model, const char *const *labels, int *order, bool *taken,
                       dn_label_match *found)
{
    if (!find_order(model, labels, order, taken)) {
        *found = model->labels ? DN_LABELS_OTHER : DN_LABELS_NONE;
        return DN_OK;
    }
    *found = is_rising(order, model->arch.classes) ? DN_LABELS_SAME : DN_LABELS_REORDERED;
    if (*found == DN_LABELS_SAME)
        return DN_OK;
    DN_TRY(reorder_tensors(model, order));
    DN_TRY(reorder_numbers(&model->thresholds, model->arch.classes, order));
    DN_TRY(reorder_numbers(&model->ppv80, model->arch.classes, order));
    return dn_model_set_labels(model, labels, model->arch.classes);
}

dn_status dn_model_match_labels(dn_model *model, const char *const *labels, int count,
                                dn_label_match *found)
{
    DN_NEED(model);
    DN_NEED(labels);
    DN_NEED(found);
    if (count != model->arch.classes || count < 1)
        return dn_fail(DN_ERROR_MISMATCH, "%d label%s for a network with %d output%s", count,
                       dn_plural(count), model->arch.classes, dn_plural(model->arch.classes));
    for (int i = 0; i < count; i++)
        DN_NEED(labels[i]);
    *found = DN_LABELS_NONE;
    if (!dn_model_label(model, 0))
        return DN_OK;
    int *order = NULL;
    bool *taken = NULL;
    dn_status status = dn_calloc((size_t)count, sizeof *order, &order);
    if (status == DN_OK)
        status = dn_calloc((size_t)count, sizeof *taken, &taken);
    if (status == DN_OK)
        status = match(model, labels, order, taken, found);
    free(order);
    free(taken);
    return status;
}
