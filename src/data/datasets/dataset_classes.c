/* SPDX-License-Identifier: MIT */
/* Classes by name: found among a data set's samples, matched with a network's. */
#include "base/text.h"
#include "data/datasets/dataset.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_CLASS = 999999 }; /* more than the outputs of any network */

static bool read_integer(const char *text, long *number)
{
    char *end;
    *number = strtol(text, &end, 10);
    return end > text && *end == '\0';
}

/* Classes 0..largest, whether or not all of them occur. */
static dn_status take_numbers(dn_dataset *dataset, const dn_name_list *tags)
{
    long number, largest = 0;
    for (int i = 0; i < tags->count; i++) {
        read_integer(dn_name_list_get(tags, i), &number);
        if (number < 0 || number > LARGEST_CLASS) {
            char name[1024];
            dn_dataset_name(dataset, i, name, sizeof name);
            return dn_fail(DN_ERROR_FORMAT, "%s: has the class %s, out of the range 0..%d", name,
                           dn_name_list_get(tags, i), LARGEST_CLASS);
        }
        dataset->classes[i] = (int)number;
        largest = number > largest ? number : largest;
    }
    for (long i = 0; i <= largest; i++) {
        char label[32];
        int length = snprintf(label, sizeof label, "%ld", i);
        DN_TRY(dn_name_list_add(&dataset->labels, label, (size_t)length));
    }
    return DN_OK;
}

static dn_status take_names(dn_dataset *dataset, const dn_name_list *tags)
{
    dn_name_list *labels = &dataset->labels;
    for (int i = 0; i < tags->count; i++) {
        const char *tag = dn_name_list_get(tags, i);
        DN_TRY(dn_name_list_add(labels, tag, strlen(tag)));
    }
    dn_name_list_sort(labels);
    dn_name_list_unique(labels);
    for (int i = 0; i < tags->count; i++)
        dataset->classes[i] = dn_name_list_find(labels, dn_name_list_get(tags, i));
    return DN_OK;
}

dn_status dn_dataset_classify(dn_dataset *dataset, const dn_name_list *tags, bool numbers)
{
    long number;
    DN_TRY(dn_calloc((size_t)tags->count, sizeof *dataset->classes, &dataset->classes));
    for (int i = 0; i < tags->count && numbers; i++)
        numbers = read_integer(dn_name_list_get(tags, i), &number);
    dataset->objective = DN_OBJECTIVE_CLASSES;
    dataset->count = tags->count;
    return (numbers ? take_numbers : take_names)(dataset, tags);
}

static int find_label(const char *const *labels, int count, const char *label)
{
    for (int i = 0; i < count; i++)
        if (labels[i] && strcmp(labels[i], label) == 0)
            return i;
    return -1;
}

/* Whether the data set only numbers its classes, with numbers that are not an output's name. */
static bool is_numbered(const dn_dataset *dataset, const char *const *labels, int count)
{
    bool numbered = dataset->objective == DN_OBJECTIVE_CLASSES;
    for (int i = 0; i < dataset->labels.count && numbered; i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", i);
        numbered = strcmp(dn_name_list_get(&dataset->labels, i), number) == 0 &&
                   find_label(labels, count, number) < 0;
    }
    return numbered;
}

/* Whether there are no names to match by: the data set only numbers its
 * classes, or the network has none. */
static bool is_nameless(const dn_dataset *dataset, const char *const *labels, int count)
{
    bool named = false;
    for (int i = 0; i < count && !named; i++)
        named = labels[i] != NULL;
    return !named || is_numbered(dataset, labels, count);
}

/* place[i]: which of the network's outputs the data set's i-th is. */
static dn_status match_names(const dn_dataset *dataset, const char *const *labels, int count,
                             int *place)
{
    bool by_number = is_nameless(dataset, labels, count);
    const char *kind = dataset->objective == DN_OBJECTIVE_CLASSES ? "class" : "label";
    for (int i = 0; i < dataset->labels.count; i++) {
        const char *label = dn_name_list_get(&dataset->labels, i);
        place[i] = by_number ? i : find_label(labels, count, label);
        if (place[i] < 0 || place[i] >= count)
            return dn_fail(DN_ERROR_MISMATCH,
                           "%s: its %s \"%s\" is not one of the network's %d output%s",
                           dataset->path, kind, label, count, dn_plural(count));
        int next = place[i] + 1;
        if (!by_number && find_label(labels + next, count - next, label) >= 0)
            return dn_fail(DN_ERROR_MISMATCH,
                           "%s: its %s \"%s\" is the name of more than one of the network's "
                           "outputs, so which of them is meant cannot be known",
                           dataset->path, kind, label);
    }
    return DN_OK;
}

static dn_status match_targets(dn_dataset *dataset, const int *place, int count)
{
    size_t size, old = (size_t)dataset->labels.count, outputs = (size_t)count;
    float *targets = NULL;
    if (!dn_multiply((size_t)dataset->count, outputs, &size))
        return dn_fail_memory(SIZE_MAX);
    DN_TRY(dn_alloc_aligned(size, sizeof *targets, &targets));
    for (size_t i = 0; i < size; i++)
        targets[i] = dataset->complete ? 0 : NAN;
    for (size_t row = 0; row < (size_t)dataset->count; row++)
        for (size_t i = 0; i < old; i++)
            targets[row * outputs + (size_t)place[i]] = dataset->targets[row * old + i];
    free(dataset->targets);
    dataset->targets = targets;
    return DN_OK;
}

static dn_status match(dn_dataset *dataset, const char *const *labels, int count, int *place,
                       dn_name_list *names)
{
    DN_TRY(match_names(dataset, labels, count, place));
    bool nameless = is_nameless(dataset, labels, count);
    for (int i = 0; i < count; i++) {
        const char *own =
            nameless && i < dataset->labels.count ? dn_name_list_get(&dataset->labels, i) : "";
        const char *label = labels[i] ? labels[i] : own;
        DN_TRY(dn_name_list_add(names, label, strlen(label)));
    }
    if (dataset->targets)
        return match_targets(dataset, place, count);
    for (int i = 0; i < dataset->count; i++)
        dataset->classes[i] = place[dataset->classes[i]];
    return DN_OK;
}

dn_status dn_dataset_match(dn_dataset *dataset, const char *const *labels, int count)
{
    DN_NEED(dataset);
    DN_NEED(labels);
    if (dataset->whole)
        return dn_fail(DN_ERROR_ARGUMENT, "a part of a data set cannot be renumbered");
    int *place = NULL;
    dn_name_list names = {0};
    DN_TRY(dn_calloc((size_t)dataset->labels.count, sizeof *place, &place));
    dn_status status = match(dataset, labels, count, place, &names);
    free(place);
    dn_name_list *unused = status == DN_OK ? &dataset->labels : &names;
    dn_name_list_free(unused);
    if (status == DN_OK)
        dataset->labels = names;
    return status;
}
