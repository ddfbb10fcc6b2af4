/* SPDX-License-Identifier: MIT */
/* DICOM: one frame, as shades of grey in floating point or as colours of eight bits. */
#include "image/dicom/dicom_pixels.h"

#include <stdlib.h>

typedef struct photometric {
    const char *name;
    int samples, channels; /* of the file, and of the picture */
    bool is_deep;          /* may have more than eight bits allocated */
} photometric;

static const photometric known[] = {
    {"MONOCHROME1", 1, 1, true}, {"MONOCHROME2", 1, 1, true}, {"PALETTE COLOR", 1, 3, true},
    {"RGB", 3, 3, true},         {"YBR_FULL", 3, 3, false},   {"YBR_FULL_422", 3, 3, false},
    {"YBR_RCT", 3, 3, true},     {"YBR_ICT", 3, 3, true},
};

static const photometric *find_photometric(const dn_dicom *dicom)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (dn_dicom_is(dicom, DICOM_PHOTOMETRIC, known[i].name) &&
            known[i].samples == dicom->samples && (known[i].is_deep || dicom->allocated == 8))
            return &known[i];
    return NULL;
}

static dn_status make_image(const dn_dicom *dicom, const dn_dicom_frame *frame, bool is_grey,
                            dn_image **image)
{
    dn_image *made;
    DN_TRY(dn_image_create(dicom->source, (size_t)dicom->columns, (size_t)dicom->rows,
                           is_grey ? 1 : 3, is_grey ? 32 : 8, &made));
    dn_status status = (is_grey ? dn_dicom_to_grey : dn_dicom_to_colours)(dicom, frame, made);
    if (status == DN_OK)
        *image = made;
    else
        dn_image_free(made);
    return status;
}

static dn_status decode_frame(const dn_dicom *dicom, dn_image **image)
{
    const photometric *kind = find_photometric(dicom);
    if (!kind)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: is a DICOM file of a photometric interpretation that is not read; "
                       "MONOCHROME1 and 2, PALETTE COLOR, RGB, YBR_FULL, YBR_FULL_422, YBR_RCT and "
                       "YBR_ICT are",
                       dicom->source->name);
    dn_dicom_frame frame;
    dn_status status = dn_dicom_read_frame(dicom, &frame);
    if (status == DN_OK)
        status = make_image(dicom, &frame, kind->channels == 1, image);
    free(frame.owned);
    return status;
}

dn_status dn_decode_dicom(const dn_source *source, dn_image **image)
{
    dn_dicom dicom;
    dn_status status = dn_dicom_open(source, &dicom);
    if (status == DN_OK)
        status = dn_dicom_check_frame(&dicom);
    if (status == DN_OK)
        status = decode_frame(&dicom, image);
    dn_dicom_close(&dicom);
    return status;
}
