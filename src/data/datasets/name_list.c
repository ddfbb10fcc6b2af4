/* SPDX-License-Identifier: MIT */
#include "data/datasets/name_list.h"

#include "base/memory.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for `needed` elements of `size` bytes; capacity doubles. */
static dn_status reserve(void *array, size_t needed, size_t size, size_t *capacity)
{
    if (needed <= *capacity)
        return DN_OK;
    size_t grown = needed > 2 * *capacity ? needed : 2 * *capacity, bytes;
    if (!dn_multiply(grown, size, &bytes))
        return dn_fail_memory(SIZE_MAX);
    void *memory;
    memcpy(&memory, array, sizeof memory);
    memory = realloc(memory, bytes);
    if (!memory)
        return dn_fail_memory(bytes);
    memcpy(array, &memory, sizeof memory);
    *capacity = grown;
    return DN_OK;
}

dn_status dn_name_list_add(dn_name_list *list, const char *text, size_t length)
{
    size_t start_capacity = (size_t)list->start_capacity;
    if (list->count == INT_MAX / 2)
        return dn_fail(DN_ERROR_LIMIT, "more than %d names", INT_MAX / 2);
    DN_TRY(reserve(&list->bytes, list->size + length + 1, 1, &list->capacity));
    DN_TRY(reserve(&list->starts, (size_t)list->count + 1, sizeof *list->starts, &start_capacity));
    list->start_capacity = (int)start_capacity;
    list->starts[list->count++] = list->size;
    memcpy(list->bytes + list->size, text, length);
    list->size += length;
    list->bytes[list->size++] = '\0';
    return DN_OK;
}

const char *dn_name_list_get(const dn_name_list *list, int index)
{
    return list->bytes + list->starts[index];
}

static int compare(const void *left, const void *right, void *bytes)
{
    const char *text = bytes;
    return strcmp(text + *(const size_t *)left, text + *(const size_t *)right);
}

void dn_name_list_sort(dn_name_list *list)
{
    if (list->count)
        qsort_r(list->starts, (size_t)list->count, sizeof *list->starts, compare, list->bytes);
}

void dn_name_list_unique(dn_name_list *list)
{
    int kept = 0;
    for (int i = 0; i < list->count; i++)
        if (i == 0 || strcmp(dn_name_list_get(list, i), dn_name_list_get(list, kept - 1)) != 0)
            list->starts[kept++] = list->starts[i];
    list->count = kept;
}

int dn_name_list_find(const dn_name_list *list, const char *text)
{
    int low = 0, high = list->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = strcmp(text, dn_name_list_get(list, middle));
        if (order == 0)
            return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

void dn_name_list_free(dn_name_list *list)
{
    free(list->bytes);
    free(list->starts);
    *list = (dn_name_list){0};
}
