/* SPDX-License-Identifier: MIT */
/* Groups, datasets and attributes: messages of their headers. */
#include "tensors/hdf5/hdf5_maker.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { CONSTANT = 1, LARGEST_MESSAGE = 65528 };

/* --------------------------------------------------------------------- items */

static uint64_t end_of_numbers(const dn_output *outputs, size_t count)
{
    uint64_t end = DN_HDF5_SUPERBLOCK;
    for (size_t i = 0; i < count; i++)
        end = dn_hdf5_align(end) + dn_output_bytes(&outputs[i]);
    return dn_hdf5_align(end);
}

static dn_status add_item(dn_hdf5_maker *m, dn_hdf5_item *parent, const char *name,
                          dn_hdf5_item **added)
{
    DN_TRY(dn_calloc(1, sizeof **added, added));
    dn_hdf5_item *item = *added;
    item->before = m->last;
    m->last = item;
    if (parent) {
        item->next = parent->members;
        parent->members = item;
        parent->member_count++;
    }
    return dn_copy_string(name, &item->name);
}

dn_status dn_hdf5_add_group(dn_hdf5_maker *m, dn_hdf5_item *parent, const char *name,
                            dn_hdf5_item **group)
{
    DN_TRY(add_item(m, parent, name, group));
    (*group)->is_group = true;
    return DN_OK;
}

dn_status dn_hdf5_begin(dn_hdf5_maker *m, const dn_output *outputs, size_t count)
{
    *m = (dn_hdf5_maker){.outputs = outputs,
                         .count = count,
                         .next_number = DN_HDF5_SUPERBLOCK,
                         .begin = end_of_numbers(outputs, count)};
    return dn_hdf5_add_group(m, NULL, "", &m->root);
}

void dn_hdf5_drop(dn_hdf5_maker *m)
{
    for (dn_hdf5_item *item = m->last, *before; item; item = before) {
        before = item->before;
        free(item->name);
        dn_text_drop(&item->messages);
        free(item);
    }
    dn_text_drop(&m->texts);
    dn_text_drop(&m->described);
}

/* ------------------------------------------------------------------ messages */

/* Empties the body, whether it succeeds or not. */
static dn_status add_message(dn_hdf5_item *item, unsigned type, unsigned flags, dn_text *body)
{
    dn_hdf5_fill(body);
    bool fits = body->length <= LARGEST_MESSAGE;
    if (fits) {
        dn_hdf5_put(&item->messages, 2, type);
        dn_hdf5_put(&item->messages, 2, body->length);
        dn_hdf5_put(&item->messages, 4, flags);
        item->messages.failed |= body->failed;
        dn_text_add_bytes(&item->messages, body->data, body->length);
        item->message_count++;
    }
    dn_text_drop(body);
    return fits ? DN_OK : dn_fail(DN_ERROR_LIMIT, "more names than an attribute of HDF5 holds");
}

/* Version 1; without largest sides. */
static void put_space(dn_text *body, int rank, const int64_t *shape)
{
    dn_hdf5_put(body, 1, 1);
    dn_hdf5_put(body, 7, (uint64_t)rank);
    for (int d = 0; d < rank; d++)
        dn_hdf5_put(body, 8, (uint64_t)shape[d]);
}

/* IEEE 754's, the little end first, its mantissa's first bit implied. */
static void put_float(dn_text *body, dn_dtype dtype)
{
    unsigned size = (unsigned)dn_dtype_size(dtype), sign = 8 * size - 1;
    unsigned exponent_bits = dtype == DN_F16 ? 5 : 8, mantissa_bits = sign - exponent_bits;
    dn_hdf5_put(body, 1, 0x11);
    dn_hdf5_put(body, 3, 0x20 | sign << 8);
    dn_hdf5_put(body, 4, size);
    dn_hdf5_put(body, 2, 0);
    dn_hdf5_put(body, 2, 8 * size);
    dn_hdf5_put(body, 1, mantissa_bits);
    dn_hdf5_put(body, 1, exponent_bits);
    dn_hdf5_put(body, 1, 0);
    dn_hdf5_put(body, 1, mantissa_bits);
    dn_hdf5_put(body, 4, (1u << (exponent_bits - 1)) - 1);
}

dn_status dn_hdf5_add_dataset(dn_hdf5_maker *m, dn_hdf5_item *group, const char *name,
                              const dn_output *output)
{
    dn_hdf5_item *item;
    dn_text body = {0};
    DN_TRY(add_item(m, group, name, &item));
    put_space(&body, output->rank, output->shape);
    DN_TRY(add_message(item, DN_HDF5_SPACE, 0, &body));
    put_float(&body, output->dtype);
    DN_TRY(add_message(item, DN_HDF5_TYPE, CONSTANT, &body));
    dn_hdf5_put(&body, 8, 0x01020202); /* what was not written is 0 */
    DN_TRY(add_message(item, DN_HDF5_FILL, CONSTANT, &body));
    m->next_number = dn_hdf5_align(m->next_number);
    dn_hdf5_put(&body, 2, 0x0103); /* version 3, in one piece */
    dn_hdf5_put(&body, 8, m->next_number);
    dn_hdf5_put(&body, 8, dn_output_bytes(output));
    m->next_number += dn_output_bytes(output);
    return add_message(item, DN_HDF5_LAYOUT, 0, &body);
}

/* ---------------------------------------------------------------- attributes */

/* A text of variable length in UTF-8, of elements of one byte. */
static void put_text_type(dn_text *body)
{
    dn_hdf5_put(body, 4, 0x00010119);
    dn_hdf5_put(body, 4, 16);
    dn_hdf5_put(body, 4, 0x10);
    dn_hdf5_put(body, 4, 1);
    dn_hdf5_put(body, 8, 0x080000);
}

dn_status dn_hdf5_add_texts(dn_hdf5_maker *m, dn_hdf5_item *item, const char *name,
                            const char *const *texts, size_t count, bool scalar)
{
    int64_t size = (int64_t)count;
    dn_text body = {0};
    dn_hdf5_put(&body, 2, 1);
    dn_hdf5_put(&body, 2, strlen(name) + 1);
    dn_hdf5_put(&body, 2, 20);
    dn_hdf5_put(&body, 2, scalar ? 8 : 16);
    dn_text_add_bytes(&body, name, strlen(name) + 1);
    dn_hdf5_fill(&body);
    put_text_type(&body);
    put_space(&body, scalar ? 0 : 1, &size);
    for (size_t i = 0; i < count; i++)
        dn_hdf5_store_text(m, texts[i], &body);
    return add_message(item, DN_HDF5_ATTRIBUTE, 0, &body);
}

dn_status dn_hdf5_add_text(dn_hdf5_maker *m, dn_hdf5_item *item, const char *name, const char *text)
{
    return dn_hdf5_add_texts(m, item, name, &text, 1, true);
}
