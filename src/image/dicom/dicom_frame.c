/* SPDX-License-Identifier: MIT */
#include "image/dicom/dicom_frame.h"

#include "base/memory.h"

#include <stdlib.h>

static bool is_halved(const dn_dicom *dicom)
{
    return dicom->samples == 3 && dicom->allocated == 8 &&
           dn_dicom_is(dicom, DICOM_PHOTOMETRIC, "YBR_FULL_422");
}

static bool bits_of_frames(const dn_dicom *dicom, int64_t frames, size_t *bits)
{
    size_t per_pixel = is_halved(dicom) ? 16 : (size_t)(dicom->samples * dicom->allocated);
    return dn_multiply((size_t)(dicom->rows * dicom->columns), per_pixel, bits) &&
           dn_multiply(*bits, (size_t)frames, bits);
}

static bool is_exchanged(const dn_dicom *dicom)
{
    return dicom->syntax->big && dicom->words && dicom->allocated == 8;
}

static dn_status check_native(const dn_dicom *dicom)
{
    if (is_halved(dicom) && dicom->columns % 2)
        return dn_dicom_fail(dicom, "pixels that share their colours two by two are odd in number");
    size_t bits, needed;
    if (!bits_of_frames(dicom, dicom->frames, &bits) || !dn_add(bits, 7, &needed))
        return dn_fail_memory(SIZE_MAX);
    needed = is_exchanged(dicom) ? dn_round_up(needed / 8, 2) : needed / 8;
    if (needed > dicom->values[DICOM_PIXELS].size)
        return dn_dicom_fail(dicom, "it holds fewer pixels than it says");
    return DN_OK;
}

static dn_status read_native(const dn_dicom *dicom, dn_dicom_frame *frame)
{
    size_t before;
    if (!bits_of_frames(dicom, dicom->frame, &before))
        return dn_fail_memory(SIZE_MAX);
    frame->halved = is_halved(dicom);
    frame->big = dicom->syntax->big;
    frame->exchanged = is_exchanged(dicom);
    frame->planar = dicom->planar && !frame->halved;
    frame->data = dicom->values[DICOM_PIXELS].data;
    frame->start = before / 8;
    frame->first_bit = (int)(before % 8);
    return DN_OK;
}

static dn_status decode(const dn_dicom *dicom, dn_dicom_frame *frame, dn_dicom_value stream)
{
    size_t size;
    if (!dn_multiply((size_t)(dicom->rows * dicom->columns),
                     (size_t)(dicom->samples * dicom->allocated / 8), &size))
        return dn_fail_memory(SIZE_MAX);
    if (dicom->allocated == 1)
        return dn_dicom_fail(dicom, "samples of one bit cannot be compressed");
    bool is_rle = dicom->syntax->coding == DN_DICOM_RLE;
    /* 128 bytes of a run take two. */
    if (is_rle && size / 64 > stream.size)
        return dn_dicom_fail(dicom, "a frame is too short for the pixels it is said to hold");
    DN_TRY(dn_alloc_aligned(size, 1, &frame->owned));
    frame->data = frame->owned;
    frame->planar = is_rle;
    return is_rle ? dn_dicom_decode_rle(dicom, stream, size, frame->owned)
                  : dn_dicom_decode_stream(dicom, stream, size, frame->owned);
}

static uint32_t allocated_bits(const dn_dicom *dicom, const dn_dicom_frame *frame, size_t index)
{
    size_t at = frame->start;
    const unsigned char *data = frame->data;
    switch (dicom->allocated) {
    case 1:
        index += (size_t)frame->first_bit;
        return data[at + index / 8] >> index % 8 & 1;
    case 8:
        return data[frame->exchanged ? (at + index) ^ 1 : at + index];
    case 16:
        return dn_dicom_word(data + at + 2 * index, frame->big);
    default:
        return dn_dicom_long(data + at + 4 * index, frame->big);
    }
}

int64_t dn_dicom_sample(const dn_dicom *dicom, const dn_dicom_frame *frame, size_t index)
{
    int64_t range = (int64_t)1 << dicom->stored;
    int64_t value = allocated_bits(dicom, frame, index) >> (dicom->high_bit + 1 - dicom->stored);
    value &= range - 1;
    return dicom->has_sign && value >= range / 2 ? value - range : value;
}

dn_status dn_dicom_check_pixels(const dn_dicom *dicom)
{
    if (dicom->syntax->coding == DN_DICOM_NOT_READ)
        return dn_fail(DN_ERROR_FORMAT, "%s: is a DICOM file compressed by %s, which is not read",
                       dicom->source->name, dicom->syntax->name);
    if (dicom->encapsulated != (dicom->syntax->coding != DN_DICOM_NATIVE))
        return dn_dicom_fail(dicom, dicom->encapsulated
                                        ? "its pixels are in fragments, its syntax has none"
                                        : "its pixels are not in the fragments of its syntax");
    return dicom->encapsulated ? dn_dicom_check_fragments(dicom) : check_native(dicom);
}

dn_status dn_dicom_read_frame(const dn_dicom *dicom, dn_dicom_frame *frame)
{
    *frame = (dn_dicom_frame){0};
    if (!dicom->encapsulated)
        return read_native(dicom, frame);
    dn_dicom_value stream;
    void *joined = NULL;
    dn_status status = dn_dicom_find_fragments(dicom, &stream, &joined);
    if (status == DN_OK)
        status = decode(dicom, frame, stream);
    free(joined);
    return status;
}
