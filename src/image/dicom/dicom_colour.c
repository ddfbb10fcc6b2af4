/* SPDX-License-Identifier: MIT */
#include "image/dicom/dicom_pixels.h"
#include "image/dicom/dicom_table.h"

#include <math.h>
#include <string.h>

static unsigned char to_byte(double value)
{
    double rounded = floor(value + 0.5);
    return (unsigned char)(rounded < 0 ? 0 : rounded > 255 ? 255 : rounded);
}

/* ITU-R BT.601 at full range (DICOM PS3.3, C.7.6.3.1.2), to the nearest. */
static void from_ybr(const unsigned char ybr[3], unsigned char rgb[3])
{
    double y = ybr[0], b = ybr[1] - 128.0, r = ybr[2] - 128.0;
    rgb[0] = to_byte(y + 1.402 * r);
    rgb[1] = to_byte(y - (0.114 * 1.772 / 0.587) * b - (0.299 * 1.402 / 0.587) * r);
    rgb[2] = to_byte(y + 1.772 * b);
}

static dn_status use_palette(const dn_dicom *dicom, const dn_dicom_frame *frame, size_t count,
                             unsigned char *out)
{
    dn_dicom_table tables[3];
    for (int c = 0; c < 3; c++) {
        DN_TRY(dn_dicom_table_open(dicom, DICOM_RED_SHAPE + (dn_dicom_attribute)c,
                                   DICOM_RED + (dn_dicom_attribute)c, &tables[c]));
        if (!tables[c].data)
            return dn_fail(DN_ERROR_FORMAT,
                           "%s: is a DICOM file of indices whose palette is missing, or in "
                           "segments, which are not read",
                           dicom->source->name);
    }
    for (size_t i = 0; i < count; i++) {
        double index = (double)dn_dicom_sample(dicom, frame, i);
        for (int c = 0; c < 3; c++)
            *out++ = (unsigned char)(dn_dicom_table_at(&tables[c], index) >> (tables[c].bits - 8));
    }
    return DN_OK;
}

static unsigned char byte_at(const dn_dicom *dicom, const dn_dicom_frame *frame, size_t index)
{
    int64_t value = dn_dicom_sample(dicom, frame, index);
    return (unsigned char)(dicom->stored > 8 ? value >> (dicom->stored - 8) : value);
}

static void read_pixel(const dn_dicom *dicom, const dn_dicom_frame *frame, size_t count,
                       size_t pixel, unsigned char samples[3])
{
    for (size_t c = 0; c < 3; c++) {
        size_t index = frame->planar ? c * count + pixel : 3 * pixel + c;
        if (frame->halved)
            index = pixel / 2 * 4 + (c ? 1 + c : pixel % 2);
        samples[c] = byte_at(dicom, frame, index);
    }
}

dn_status dn_dicom_to_colours(const dn_dicom *dicom, const dn_dicom_frame *frame, dn_image *image)
{
    size_t count = (size_t)(dicom->rows * dicom->columns);
    unsigned char *out = image->pixels, samples[3];
    if (dicom->samples == 1)
        return use_palette(dicom, frame, count, out);
    bool is_ybr = dn_dicom_is(dicom, DICOM_PHOTOMETRIC, "YBR_FULL") ||
                  dn_dicom_is(dicom, DICOM_PHOTOMETRIC, "YBR_FULL_422");
    for (size_t i = 0; i < count; i++, out += 3) {
        read_pixel(dicom, frame, count, i, samples);
        if (is_ybr)
            from_ybr(samples, out);
        else
            memcpy(out, samples, 3);
    }
    return DN_OK;
}
