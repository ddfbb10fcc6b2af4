/* SPDX-License-Identifier: MIT */
/* A state dict as torch.save writes it: the pickle of an OrderedDict in which
 * each tensor is _rebuild_tensor_v2 of a storage of its own. */
#include "base/memory.h"
#include "tensors/writers.h"
#include "tensors/zip/metadata_entry.h"
#include "tensors/zip/zip_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whatever recurs is put into the pickle's memo the first time. */
enum { MEMO_REBUILD, MEMO_STORAGE, MEMO_CPU, MEMO_ORDERED_DICT, MEMO_CLASS };

typedef struct pickler {
    dn_text text;
    unsigned written; /* bit i: memo place i is taken */
} pickler;

static void put(pickler *p, const char *bytes, size_t count)
{
    dn_text_add_bytes(&p->text, bytes, count);
}

static void put_number(pickler *p, size_t width, uint64_t number)
{
    for (size_t i = 0; i < width; i++)
        put(p, &(char){(char)(number >> 8 * i)}, 1);
}

/* BININT, or LONG1 if that is too narrow. */
static void put_integer(pickler *p, int64_t number)
{
    bool wide = number > INT32_MAX;
    put(p, wide ? "\x8a\x08" : "J", wide ? 2 : 1);
    put_number(p, wide ? 8 : 4, (uint64_t)number);
}

static void put_string(pickler *p, const char *string)
{
    put(p, "X", 1);
    put_number(p, 4, strlen(string));
    put(p, string, strlen(string));
}

/* True if a place of the memo was pushed; otherwise the caller writes the
 * object and then calls remember. */
static bool recall(pickler *p, int place)
{
    if (!(p->written >> place & 1))
        return false;
    put(p, "h", 1);
    put_number(p, 1, (uint64_t)place);
    return true;
}

static void remember(pickler *p, int place)
{
    put(p, "q", 1);
    put_number(p, 1, (uint64_t)place);
    p->written |= 1u << place;
}

static void put_class(pickler *p, int place, const char *module, const char *name)
{
    if (recall(p, place))
        return;
    dn_text_add(&p->text, "c%s\n%s\n", module, name);
    remember(p, place);
}

static void put_shared_string(pickler *p, int place, const char *string)
{
    if (recall(p, place))
        return;
    put_string(p, string);
    remember(p, place);
}

static void put_sizes(pickler *p, const int64_t *sizes, int count)
{
    put(p, "(", 1);
    for (int i = 0; i < count; i++)
        put_integer(p, sizes[i]);
    put(p, "t", 1);
}

/* ("storage", class, key, "cpu", elements) as a persistent id. */
static void put_storage(pickler *p, const dn_output *output, size_t index)
{
    char key[24];
    snprintf(key, sizeof key, "%zu", index);
    put(p, "(", 1);
    put_shared_string(p, MEMO_STORAGE, "storage");
    put_class(p, MEMO_CLASS + (int)output->dtype, "torch", dn_dtype_storage_name(output->dtype));
    put_string(p, key);
    put_shared_string(p, MEMO_CPU, "cpu");
    put_integer(p, (int64_t)dn_output_count(output));
    put(p, "tQ", 2);
}

/* _rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict()) */
static void put_tensor(pickler *p, const dn_output *output, size_t index)
{
    int64_t strides[4], stride = 1;
    for (int d = output->rank - 1; d >= 0; d--) {
        strides[d] = stride;
        stride *= output->shape[d];
    }
    put_class(p, MEMO_REBUILD, "torch._utils", "_rebuild_tensor_v2");
    put(p, "(", 1);
    put_storage(p, output, index);
    put_integer(p, 0);
    put_sizes(p, output->shape, output->rank);
    put_sizes(p, strides, output->rank);
    put(p, "\x89", 1);
    put_class(p, MEMO_ORDERED_DICT, "collections", "OrderedDict");
    put(p, ")RtR", 4);
}

static dn_status make_pickle(const dn_output *outputs, size_t count, char **bytes, size_t *size)
{
    pickler p = {0};
    put(&p, "\x80\x02", 2);
    put_class(&p, MEMO_ORDERED_DICT, "collections", "OrderedDict");
    put(&p, ")R(", 3);
    for (size_t i = 0; i < count; i++) {
        put_string(&p, outputs[i].name);
        put_tensor(&p, &outputs[i], i);
    }
    put(&p, "u.", 2);
    *size = p.text.length;
    return dn_text_take(&p.text, bytes);
}

static dn_status add_pickle(dn_zip_writer *zip, const dn_output *outputs, size_t count)
{
    char *bytes;
    size_t size;
    DN_TRY(make_pickle(outputs, count, &bytes, &size));
    dn_status status = dn_zip_add(zip, "densenet/data.pkl", bytes, size);
    free(bytes);
    return status;
}

static dn_status add_data(dn_zip_writer *zip, const dn_output *output, size_t index)
{
    char name[48];
    unsigned char *bytes;
    size_t size = dn_output_bytes(output);
    snprintf(name, sizeof name, "densenet/data/%zu", index);
    DN_TRY(dn_alloc_aligned(size, 1, &bytes));
    dn_status status = dn_output_convert(output, bytes);
    if (status == DN_OK)
        status = dn_zip_add(zip, name, bytes, size);
    free(bytes);
    return status;
}

static dn_status add_entries(dn_zip_writer *zip, const char *metadata, const dn_output *outputs,
                             size_t count)
{
    DN_TRY(add_pickle(zip, outputs, count));
    DN_TRY(dn_zip_add(zip, "densenet/byteorder", "little", 6));
    DN_TRY(dn_zip_add(zip, "densenet/" DN_METADATA_ENTRY, metadata, strlen(metadata)));
    for (size_t i = 0; i < count; i++)
        DN_TRY(add_data(zip, &outputs[i], i));
    return dn_zip_add(zip, "densenet/version", "3\n", 2);
}

dn_status dn_write_torch(dn_file_writer *writer, const char *metadata, const dn_output *outputs,
                         size_t count)
{
    dn_zip_writer zip = {.file = writer};
    return dn_zip_finish(&zip, add_entries(&zip, metadata, outputs, count));
}
