/* SPDX-License-Identifier: MIT */
#include "image/dicom/dicom_codec.h"
#include "image/openjpeg.h"

static bool is_as_said(const opj_image_t *image, void *context)
{
    const dn_dicom_job *job = context;
    if (image->numcomps != job->samples)
        return false;
    for (unsigned c = 0; c < job->samples; c++) {
        const opj_image_comp_t *component = &image->comps[c];
        if (component->w != job->columns || component->h != job->rows ||
            component->prec != job->bits)
            return false;
    }
    return true;
}

static void store(const opj_image_t *image, const dn_dicom_job *job)
{
    size_t pixels = (size_t)job->columns * job->rows;
    for (size_t c = 0; c < job->samples; c++)
        for (size_t i = 0; i < pixels; i++) {
            unsigned value = (unsigned)image->comps[c].data[i];
            size_t at = i * job->samples + c;
            if (job->bits > 8) {
                job->out[2 * at] = (unsigned char)(value & 255);
                job->out[2 * at + 1] = (unsigned char)(value >> 8 & 255);
            } else {
                job->out[at] = (unsigned char)value;
            }
        }
}

dn_dicom_outcome dn_dicom_jpeg_2000(const dn_dicom_job *job)
{
    opj_image_t *image;
    dn_dicom_job said = *job;
    dn_openjpeg_outcome outcome =
        dn_openjpeg_decode(job->stream, job->stream_size, is_as_said, &said, &image);
    if (outcome == DN_OPENJPEG_NO_MEMORY)
        return DN_DICOM_NO_MEMORY;
    /* A palette of its own makes other samples of those in the header. */
    bool sound = outcome == DN_OPENJPEG_DECODED && is_as_said(image, &said);
    if (sound)
        store(image, job);
    opj_image_destroy(image);
    return sound ? DN_DICOM_DECODED : DN_DICOM_DAMAGED;
}
