/* SPDX-License-Identifier: MIT */
/* Texts of variable length, in collections of 4096 bytes, or of what one longer text needs. */
#include "tensors/hdf5/hdf5_maker.h"

#include <string.h>

enum { HEADER = 16, SMALLEST = 4096 };

/* What is left is object 0, if it has room for a header. */
void dn_hdf5_end_collection(dn_hdf5_maker *m)
{
    size_t left = m->texts.failed ? 0 : m->collection_end - m->texts.length;
    if (left >= HEADER) {
        dn_hdf5_put(&m->texts, 8, 0);
        dn_hdf5_put(&m->texts, 8, left);
        left -= HEADER;
    }
    for (; left; left -= 8)
        dn_hdf5_put(&m->texts, 8, 0);
    m->collection_count = 0;
}

static void begin_collection(dn_hdf5_maker *m, size_t needed)
{
    size_t size = HEADER + needed > SMALLEST ? HEADER + needed : SMALLEST;
    dn_hdf5_end_collection(m);
    m->collection_end = m->texts.length + size;
    dn_text_add_bytes(&m->texts, "GCOL\1\0\0\0", 8);
    dn_hdf5_put(&m->texts, 8, size);
    m->collection_begin = m->texts.length - HEADER;
}

void dn_hdf5_store_text(dn_hdf5_maker *m, const char *text, dn_text *reference)
{
    size_t length = strlen(text), needed = HEADER + (size_t)dn_hdf5_align(length);
    if (m->texts.length + needed > m->collection_end)
        begin_collection(m, needed);
    m->collection_count++;
    dn_hdf5_put(&m->texts, 8, m->collection_count);
    dn_hdf5_put(&m->texts, 8, length);
    dn_text_add_bytes(&m->texts, text, length);
    dn_hdf5_fill(&m->texts);
    dn_hdf5_put(reference, 4, length);
    dn_hdf5_put(reference, 8, m->begin + m->collection_begin);
    dn_hdf5_put(reference, 4, m->collection_count);
}
