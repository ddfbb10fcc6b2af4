/* SPDX-License-Identifier: MIT */
/* From a file to its data set: preamble, meta information, transfer syntax (DICOM PS3.10). */
#include "image/dicom/dicom_frame.h"
#include "image/dicom/dicom_inflate.h"

#include <stdlib.h>
#include <string.h>

enum { PREAMBLE = 128, LONGEST_UID = 64, MOST_FRAMES = 1 << 24 };

static const char root[] = "1.2.840.10008.1.2";

static const dn_dicom_syntax syntaxes[] = {
    {"", "implicit little endian", DN_DICOM_NATIVE, false, false},
    {".1", "explicit little endian", DN_DICOM_NATIVE, false, false},
    {".1.99", "deflated little endian", DN_DICOM_NATIVE, false, true},
    {".2", "explicit big endian", DN_DICOM_NATIVE, true, false},
    {".5", "RLE", DN_DICOM_RLE, false, false},
    {".4.50", "JPEG baseline", DN_DICOM_JPEG, false, false},
    {".4.51", "JPEG extended", DN_DICOM_JPEG, false, false},
    {".4.57", "JPEG lossless", DN_DICOM_JPEG, false, false},
    {".4.70", "JPEG lossless, first-order prediction", DN_DICOM_JPEG, false, false},
    {".4.80", "JPEG-LS lossless", DN_DICOM_JPEG_LS, false, false},
    {".4.81", "JPEG-LS near-lossless", DN_DICOM_JPEG_LS, false, false},
    {".4.90", "JPEG 2000 lossless", DN_DICOM_JPEG_2000, false, false},
    {".4.91", "JPEG 2000", DN_DICOM_JPEG_2000, false, false},
    {".4.92", "JPEG 2000 of several components, lossless", DN_DICOM_NOT_READ, false, false},
    {".4.93", "JPEG 2000 of several components", DN_DICOM_NOT_READ, false, false},
    {".4.100", "MPEG-2", DN_DICOM_NOT_READ, false, false},
    {".4.101", "MPEG-2, high level", DN_DICOM_NOT_READ, false, false},
    {".4.102", "MPEG-4", DN_DICOM_NOT_READ, false, false},
    {".4.103", "MPEG-4, Blu-ray", DN_DICOM_NOT_READ, false, false},
    {".4.107", "HEVC", DN_DICOM_NOT_READ, false, false},
    {".4.110", "JPEG XL lossless", DN_DICOM_NOT_READ, false, false},
    {".4.111", "JPEG XL of a JPEG", DN_DICOM_NOT_READ, false, false},
    {".4.112", "JPEG XL", DN_DICOM_NOT_READ, false, false},
    {".4.201", "HTJ2K lossless", DN_DICOM_NOT_READ, false, false},
    {".4.202", "HTJ2K lossless, by resolution", DN_DICOM_NOT_READ, false, false},
    {".4.203", "HTJ2K", DN_DICOM_NOT_READ, false, false},
};

bool dn_dicom_has_preamble(const unsigned char *data, size_t size)
{
    return size >= PREAMBLE + 4 && memcmp(data + PREAMBLE, "DICM", 4) == 0;
}

/* Whether a data set begins here: group 8, or the meta information's 2, at its low end. */
static bool begins_data_set(const unsigned char *data, size_t size, bool big)
{
    if (size < 16)
        return false;
    unsigned group = dn_dicom_word(data, big), element = dn_dicom_word(data + 2, big);
    if ((group != 2 && group != 8) || element > 0x70)
        return false;
    uint32_t length = dn_dicom_long(data + 4, big);
    return dn_dicom_is_vr(data + 4) || (!big && length <= 64 && length < size - 8);
}

bool dn_dicom_claims(const unsigned char *data, size_t size)
{
    return begins_data_set(data, size, false) || begins_data_set(data, size, true);
}

static dn_status find_syntax(dn_dicom *dicom, const unsigned char *uid, size_t size)
{
    while (size && (uid[size - 1] == '\0' || uid[size - 1] == ' '))
        size--;
    size_t length = strlen(root);
    for (size_t i = 0; i < sizeof syntaxes / sizeof *syntaxes; i++)
        if (size == length + strlen(syntaxes[i].uid) && memcmp(uid, root, length) == 0 &&
            memcmp(uid + length, syntaxes[i].uid, size - length) == 0) {
            dicom->syntax = &syntaxes[i];
            return DN_OK;
        }
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: is a DICOM file of an unknown transfer syntax, which is not read",
                   dicom->source->name);
}

/* A file that does not say its syntax is not compressed; the order of its bytes, its first tag
 * tells. */
static void guess_syntax(dn_dicom *dicom)
{
    bool big = dicom->size >= 2 && dicom->data[0] == 0 && dicom->data[1] != 0;
    dicom->syntax = &syntaxes[big ? 3 : 1];
}

/* Group 2, which is explicit little endian whatever follows; it ends where another begins. */
static dn_status read_meta(dn_dicom *dicom, size_t at)
{
    const unsigned char *data = dicom->source->data;
    size_t size = dicom->source->size;
    const unsigned char *uid = NULL;
    size_t uid_size = 0;
    while (size - at >= 8 && dn_dicom_word(data + at, false) == 2) {
        const unsigned char *vr = data + at + 4;
        bool is_long = memcmp(vr, "OB", 2) == 0 || memcmp(vr, "UN", 2) == 0;
        if (!dn_dicom_is_vr(vr) || (is_long && size - at < 12))
            return dn_dicom_fail(dicom, "its meta information is none");
        size_t length = is_long ? dn_dicom_long(vr + 4, false) : dn_dicom_word(vr + 2, false);
        size_t start = at + (is_long ? 12 : 8);
        if (length > size - start)
            return dn_dicom_fail(dicom, "it ends within its meta information");
        if (dn_dicom_word(data + at + 2, false) == 0x0010) {
            uid = data + start;
            uid_size = length;
        }
        at = start + length;
    }
    dicom->data = data + at;
    dicom->size = size - at;
    if (uid)
        return find_syntax(dicom, uid, uid_size);
    guess_syntax(dicom);
    return DN_OK;
}

static int64_t number(const dn_dicom *dicom, dn_dicom_attribute attribute)
{
    return dn_dicom_integer(dicom, attribute, 0);
}

dn_status dn_dicom_check_frame(const dn_dicom *dicom)
{
    int frame = dicom->source->frame;
    const char *name = dicom->source->name;
    if (frame > dicom->frames)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: has %lld frame%s, there is none of number %d", name,
                       (long long)dicom->frames, dicom->frames == 1 ? "" : "s", frame);
    if (frame == 0 && dicom->frames > 1)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: has %lld frames; one is chosen by its number, as #1 behind the name",
                       name, (long long)dicom->frames);
    return DN_OK;
}

static dn_status read_layout(dn_dicom *dicom)
{
    dicom->rows = number(dicom, DICOM_ROWS);
    dicom->columns = number(dicom, DICOM_COLUMNS);
    dicom->frames = dn_dicom_frames(dicom);
    dicom->samples = (int)dn_dicom_integer(dicom, DICOM_SAMPLES, 1);
    dicom->allocated = (int)number(dicom, DICOM_BITS_ALLOCATED);
    dicom->stored = (int)dn_dicom_integer(dicom, DICOM_BITS_STORED, dicom->allocated);
    dicom->high_bit = (int)dn_dicom_integer(dicom, DICOM_HIGH_BIT, dicom->stored - 1);
    dicom->has_sign = number(dicom, DICOM_SIGNED) == 1;
    dicom->planar = number(dicom, DICOM_PLANAR) == 1;
    const char *name = dicom->source->name;
    int bits = dicom->allocated;
    if (dicom->values[DICOM_FLOAT_PIXELS].data || dicom->values[DICOM_DOUBLE_PIXELS].data)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: is a DICOM file of pixels in floating point, which are not read", name);
    if (!dicom->values[DICOM_PIXELS].data || bits == 0)
        return dn_fail(DN_ERROR_FORMAT, "%s: is a DICOM file without a picture", name);
    if (dicom->frames < 1 || dicom->frames > MOST_FRAMES ||
        (size_t)dicom->frames > 8 * dicom->values[DICOM_PIXELS].size)
        return dn_dicom_fail(dicom, "its number of frames is none");
    if ((dicom->samples != 1 && dicom->samples != 3) ||
        (bits != 1 && bits != 8 && bits != 16 && bits != 32) || (dicom->samples == 3 && bits == 1))
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: is a DICOM file of %d samples a pixel of %d bits, which is not read",
                       name, dicom->samples, bits);
    if (dicom->stored < 1 || dicom->stored > bits || dicom->high_bit >= bits ||
        dicom->high_bit < dicom->stored - 1)
        return dn_dicom_fail(dicom, "the bits that it stores are not within those it allocates");
    DN_TRY(dn_image_check_size(dicom->source, (size_t)dicom->columns, (size_t)dicom->rows));
    return dn_dicom_check_pixels(dicom);
}

dn_status dn_dicom_open(const dn_source *source, dn_dicom *dicom)
{
    *dicom = (dn_dicom){.source = source, .frame = source->frame ? source->frame - 1 : 0};
    DN_TRY(read_meta(dicom, dn_dicom_has_preamble(source->data, source->size) ? PREAMBLE + 4 : 0));
    if (dicom->syntax->deflated)
        DN_TRY(dn_dicom_inflate(dicom));
    DN_TRY(dn_dicom_walk(dicom));
    return read_layout(dicom);
}

void dn_dicom_close(dn_dicom *dicom)
{
    free(dicom->inflated);
}
