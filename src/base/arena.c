/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include "base/memory.h"

#include <stdbool.h>

static bool live_together(const dn_buffer *a, const dn_buffer *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* The lowest offset where `buffer` meets no placed buffer that lives with it. */
static size_t lowest_place(const dn_buffer *buffers, const bool *placed, int count,
                           const dn_buffer *buffer)
{
    size_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 0; i < count; i++) {
            const dn_buffer *other = &buffers[i];
            if (!placed[i] || !live_together(other, buffer))
                continue;
            size_t end = other->offset + dn_round_up(other->bytes, DN_ALIGNMENT);
            if (offset < end && other->offset < offset + buffer->bytes) {
                offset = end;
                moved = true;
            }
        }
    }
    return offset;
}

size_t dn_place_buffers(dn_buffer *buffers, int count)
{
    bool placed[DN_MAX_BUFFERS] = {false};
    size_t size = 0;
    for (int done = 0; done < count; done++) {
        int largest = -1;
        for (int i = 0; i < count; i++)
            if (!placed[i] && (largest < 0 || buffers[i].bytes > buffers[largest].bytes))
                largest = i;
        dn_buffer *buffer = &buffers[largest];
        buffer->offset = lowest_place(buffers, placed, count, buffer);
        placed[largest] = true;
        size_t end = buffer->offset + dn_round_up(buffer->bytes, DN_ALIGNMENT);
        size = end > size ? end : size;
    }
    return size;
}
