/* SPDX-License-Identifier: MIT */
#include "image/dicom/dicom_inflate.h"

#include "base/budget.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { STEP = 1 << 20 };

/* Output that grows by half each time it is full. */
typedef struct growing {
    unsigned char *data;
    size_t size, capacity;
    dn_budget budget;
} growing;

static dn_status grow(growing *out)
{
    size_t capacity = out->capacity + out->capacity / 2 + STEP;
    DN_TRY(dn_budget_admit_bytes(&out->budget, capacity));
    unsigned char *data;
    DN_TRY(dn_alloc_aligned(capacity, 1, &data));
    if (out->size)
        memcpy(data, out->data, out->size);
    free(out->data);
    out->data = data;
    out->capacity = capacity;
    return DN_OK;
}

static dn_status inflate_all(const dn_dicom *dicom, z_stream *stream, growing *out)
{
    const unsigned char *data = dicom->data;
    size_t left = dicom->size;
    for (int code = Z_OK; code != Z_STREAM_END;) {
        if (stream->avail_in == 0) {
            stream->next_in = (unsigned char *)data;
            stream->avail_in = left < STEP ? (uInt)left : STEP;
            data += stream->avail_in;
            left -= stream->avail_in;
        }
        if (out->size == out->capacity)
            DN_TRY(grow(out));
        size_t room = out->capacity - out->size;
        stream->next_out = out->data + out->size;
        stream->avail_out = room < STEP ? (uInt)room : STEP;
        code = inflate(stream, Z_NO_FLUSH);
        out->size = (size_t)(stream->next_out - out->data);
        if (code == Z_MEM_ERROR)
            return dn_fail_memory(STEP);
        if (code != Z_OK && code != Z_STREAM_END)
            return dn_dicom_fail(dicom, "its deflated data set ends too early or is none");
    }
    return DN_OK;
}

dn_status dn_dicom_inflate(dn_dicom *dicom)
{
    z_stream stream = {0};
    growing out = {0};
    dn_budget_begin(dicom->source->size, &out.budget);
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return dn_fail_memory(STEP);
    dn_status status = inflate_all(dicom, &stream, &out);
    inflateEnd(&stream);
    dicom->inflated = out.data;
    dicom->data = out.data;
    dicom->size = out.size;
    if (status == DN_ERROR_LIMIT)
        return dn_fail_within(status, dicom->source->name);
    return status;
}
