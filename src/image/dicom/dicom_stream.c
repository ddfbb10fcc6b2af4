/* SPDX-License-Identifier: MIT */
/* What a compressed frame says of itself. It must be what its file says, before a decoder sees
 * it: a decoder makes what the stream says. */
#include "image/dicom/dicom_codec.h"
#include "image/dicom/dicom_frame.h"

#include <string.h>

enum { SOI = 0xd8, SOS = 0xda, SOF_JPEG_LS = 0xf7 };

typedef struct stream_kind {
    uint32_t columns, rows;
    unsigned samples, bits;
    bool is_lossless; /* JPEG's own way, not DCT */
    bool is_even;     /* every pixel has all samples */
} stream_kind;

/* The frame header of a JPEG or JPEG-LS stream (ITU-T T.81, B.2.2). */
static bool read_jpeg(const unsigned char *data, size_t size, stream_kind *kind)
{
    size_t at = 2;
    if (size < 4 || data[0] != 0xff || data[1] != SOI)
        return false;
    while (size - at >= 4) {
        unsigned marker = data[at + 1];
        if (data[at] != 0xff || marker == SOS)
            return false;
        if (marker == 0xff) {
            at++;
            continue;
        }
        size_t length = dn_dicom_word(data + at + 2, true);
        bool is_frame =
            marker == SOF_JPEG_LS || (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
                                      marker != 0xc8 && marker != 0xcc);
        if (length < 2 || length > size - at - 2)
            return false;
        if (is_frame) {
            if (length < 8)
                return false;
            kind->bits = data[at + 4];
            kind->rows = dn_dicom_word(data + at + 5, true);
            kind->columns = dn_dicom_word(data + at + 7, true);
            kind->samples = data[at + 9];
            kind->is_lossless = marker == 0xc3;
            kind->is_even = true;
            return true;
        }
        at += 2 + length;
    }
    return false;
}

/* The codestream within JPEG 2000's file format, which DICOM does not allow and some write. */
static bool find_codestream(const unsigned char **data, size_t *size)
{
    while (*size >= 8 && memcmp(*data, "\xff\x4f\xff\x51", 4) != 0) {
        uint32_t length = dn_dicom_long(*data, true);
        if (memcmp(*data + 4, "jp2c", 4) == 0 && (length == 0 || length >= 8))
            length = 8;
        if (length < 8 || length > *size)
            return false;
        *data += length;
        *size -= length;
    }
    return *size >= 8;
}

/* The size marker of a JPEG 2000 codestream (ITU-T T.800, A.5.1). */
static bool read_jpeg_2000(const unsigned char *data, size_t size, stream_kind *kind)
{
    enum { COMPONENTS = 42 };
    if (!find_codestream(&data, &size) || size < COMPONENTS)
        return false;
    uint32_t right = dn_dicom_long(data + 8, true), bottom = dn_dicom_long(data + 12, true);
    uint32_t left = dn_dicom_long(data + 16, true), top = dn_dicom_long(data + 20, true);
    kind->samples = dn_dicom_word(data + 40, true);
    if (left > right || top > bottom || kind->samples == 0 ||
        size - COMPONENTS < 3 * (size_t)kind->samples)
        return false;
    kind->columns = right - left;
    kind->rows = bottom - top;
    kind->bits = (data[COMPONENTS] & 0x7f) + 1u;
    kind->is_even = true;
    for (unsigned i = 0; i < kind->samples; i++) {
        const unsigned char *component = data + COMPONENTS + 3 * i;
        kind->is_even = kind->is_even && component[0] == data[COMPONENTS] && component[1] == 1 &&
                        component[2] == 1;
    }
    return true;
}

static dn_status check(const dn_dicom *dicom, dn_dicom_value stream, stream_kind *kind)
{
    bool is_jpeg_2000 = dicom->syntax->coding == DN_DICOM_JPEG_2000;
    *kind = (stream_kind){0};
    if (!(is_jpeg_2000 ? read_jpeg_2000 : read_jpeg)(stream.data, stream.size, kind))
        return dn_dicom_fail(dicom, "a frame does not begin as its compression does");
    if (kind->rows != dicom->rows || kind->columns != dicom->columns ||
        kind->samples != (unsigned)dicom->samples || !kind->is_even)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: the DICOM file is damaged: a frame is compressed as %u x %u pixels of "
                       "%u samples, the file says %lld x %lld of %d",
                       dicom->source->name, kind->columns, kind->rows, kind->samples,
                       (long long)dicom->columns, (long long)dicom->rows, dicom->samples);
    if (kind->bits < 2 || kind->bits > 16 || (int)kind->bits > dicom->allocated)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: is a DICOM file whose frames are compressed from %u bits a sample into "
                       "%d, which is not read",
                       dicom->source->name, kind->bits, dicom->allocated);
    return DN_OK;
}

/* Samples of one byte to those of two, in place. */
static void widen(size_t count, unsigned char *samples)
{
    for (size_t i = count; i-- > 0;) {
        samples[2 * i] = samples[i];
        samples[2 * i + 1] = 0;
    }
}

static dn_dicom_codec *choose_codec(dn_dicom_coding coding, const stream_kind *kind)
{
    if (coding == DN_DICOM_JPEG && kind->bits == 8 && !kind->is_lossless)
        return dn_dicom_jpeg;
#ifndef DN_WITHOUT_DICOM
    if (coding == DN_DICOM_JPEG_LS)
        return dn_dicom_jpeg_ls;
    if (coding == DN_DICOM_JPEG_2000)
        return dn_dicom_jpeg_2000;
    return kind->bits <= 8    ? dn_dicom_jpeg_of_8
           : kind->bits <= 12 ? dn_dicom_jpeg_of_12
                              : dn_dicom_jpeg_of_16;
#else
    return NULL;
#endif
}

static dn_status fail_decoding(const dn_dicom *dicom, dn_dicom_outcome outcome)
{
    const char *name = dicom->source->name, *coding = dicom->syntax->name;
    switch (outcome) {
    case DN_DICOM_DECODED:
        return DN_OK;
    case DN_DICOM_NO_MEMORY:
        return dn_fail(DN_ERROR_MEMORY, "%s: out of memory for decoding", name);
    case DN_DICOM_NOT_HERE:
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: is a DICOM file compressed by %s, whose decoder is not installed", name,
                       coding);
    default:
        return dn_fail(DN_ERROR_FORMAT, "%s: the DICOM file is damaged: its %s cannot be decoded",
                       name, coding);
    }
}

dn_status dn_dicom_decode_stream(const dn_dicom *dicom, dn_dicom_value stream, size_t size,
                                 unsigned char *out)
{
    stream_kind kind;
    DN_TRY(check(dicom, stream, &kind));
    dn_dicom_codec *codec = choose_codec(dicom->syntax->coding, &kind);
    bool narrow = kind.bits <= 8 && dicom->allocated == 16;
    const dn_dicom_job job = {.stream = stream.data,
                              .stream_size = stream.size,
                              .columns = kind.columns,
                              .rows = kind.rows,
                              .samples = kind.samples,
                              .bits = kind.bits,
                              .out = out,
                              .out_size = narrow ? size / 2 : size};
    if (!codec)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: is a DICOM file compressed by %s, which this build does not read",
                       dicom->source->name, dicom->syntax->name);
    DN_TRY(fail_decoding(dicom, codec(&job)));
    if (narrow)
        widen(job.out_size, out);
    return DN_OK;
}
