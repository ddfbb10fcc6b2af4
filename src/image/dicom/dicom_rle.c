/* SPDX-License-Identifier: MIT */
/* RLE (DICOM PS3.5, annex G): for each byte of each sample, from the highest, a segment of
 * PackBits. */
#include "image/dicom/dicom_frame.h"

#include <string.h>

enum { HEADER = 64, MOST_SEGMENTS = 15 };

/* `count` bytes, `step` apart; false if the segment holds fewer. */
static bool unpack(dn_dicom_value segment, size_t count, size_t step, unsigned char *out)
{
    size_t at = 0, made = 0;
    while (made < count) {
        if (segment.size - at < 2)
            return false;
        size_t code = segment.data[at++];
        if (code == 128)
            continue;
        bool repeats = code > 128;
        size_t length = repeats ? 257 - code : code + 1;
        if (!repeats && length > segment.size - at)
            return false;
        for (size_t i = 0; i < length && made < count; i++, made++)
            out[made * step] = segment.data[at + (repeats ? 0 : i)];
        at += repeats ? 1 : length;
    }
    return true;
}

dn_status dn_dicom_decode_rle(const dn_dicom *dicom, dn_dicom_value stream, size_t size,
                              unsigned char *out)
{
    size_t bytes = (size_t)dicom->allocated / 8, pixels = (size_t)(dicom->rows * dicom->columns);
    size_t segments = size / pixels;
    if (stream.size < HEADER || dn_dicom_long(stream.data, false) != segments ||
        segments > MOST_SEGMENTS)
        return dn_dicom_fail(dicom, "its RLE header is not that of its pixels");
    for (size_t i = 0; i < segments; i++) {
        size_t from = dn_dicom_long(stream.data + 4 + 4 * i, false);
        size_t to = i + 1 < segments ? dn_dicom_long(stream.data + 8 + 4 * i, false) : stream.size;
        if (from < HEADER || from > to || to > stream.size)
            return dn_dicom_fail(dicom, "its RLE segments are not within their frame");
        size_t sample = i / bytes, byte = bytes - 1 - i % bytes;
        if (!unpack((dn_dicom_value){.data = stream.data + from, .size = to - from}, pixels, bytes,
                    out + sample * pixels * bytes + byte))
            return dn_dicom_fail(dicom, "its RLE ends too early");
    }
    return DN_OK;
}
