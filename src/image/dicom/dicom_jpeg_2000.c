/* SPDX-License-Identifier: MIT */
/* JPEG 2000 by OpenJPEG, of a codestream or of the file format around it. */
#include "image/dicom/dicom_codec.h"

#include <openjpeg.h>
#include <string.h>

typedef struct memory_stream {
    const unsigned char *data;
    size_t size, at;
} memory_stream;

static OPJ_SIZE_T read_bytes(void *out, OPJ_SIZE_T count, void *context)
{
    memory_stream *memory = context;
    size_t left = memory->size - memory->at;
    if (left == 0)
        return (OPJ_SIZE_T)-1;
    count = count < left ? count : left;
    memcpy(out, memory->data + memory->at, count);
    memory->at += count;
    return count;
}

static OPJ_BOOL seek(OPJ_OFF_T offset, void *context)
{
    memory_stream *memory = context;
    if (offset < 0 || (uint64_t)offset > memory->size)
        return OPJ_FALSE;
    memory->at = (size_t)offset;
    return OPJ_TRUE;
}

static OPJ_OFF_T skip(OPJ_OFF_T count, void *context)
{
    const memory_stream *memory = context;
    return seek((OPJ_OFF_T)memory->at + count, context) ? count : -1;
}

static opj_stream_t *open_stream(memory_stream *memory)
{
    opj_stream_t *stream = opj_stream_default_create(OPJ_TRUE);
    if (!stream)
        return NULL;
    opj_stream_set_user_data(stream, memory, NULL);
    opj_stream_set_user_data_length(stream, memory->size);
    opj_stream_set_read_function(stream, read_bytes);
    opj_stream_set_seek_function(stream, seek);
    opj_stream_set_skip_function(stream, skip);
    return stream;
}

static bool is_as_said(const opj_image_t *image, const dn_dicom_job *job)
{
    if (image->numcomps != job->samples)
        return false;
    for (unsigned c = 0; c < job->samples; c++) {
        const opj_image_comp_t *component = &image->comps[c];
        if (!component->data || component->w != job->columns || component->h != job->rows ||
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

static dn_dicom_outcome decode(opj_codec_t *codec, opj_stream_t *stream, const dn_dicom_job *job)
{
    opj_dparameters_t parameters;
    opj_image_t *image = NULL;
    opj_set_default_decoder_parameters(&parameters);
    bool sound = opj_setup_decoder(codec, &parameters) &&
                 opj_decoder_set_strict_mode(codec, OPJ_TRUE) &&
                 opj_read_header(stream, codec, &image) && opj_decode(codec, stream, image) &&
                 is_as_said(image, job);
    if (sound)
        store(image, job);
    opj_image_destroy(image);
    return sound ? DN_DICOM_DECODED : DN_DICOM_DAMAGED;
}

/* Without handlers, OpenJPEG's messages go nowhere. */
dn_dicom_outcome dn_dicom_jpeg_2000(const dn_dicom_job *job)
{
    memory_stream memory = {.data = job->stream, .size = job->stream_size};
    bool is_stream = job->stream_size > 0 && job->stream[0] == 0xff;
    opj_codec_t *codec = opj_create_decompress(is_stream ? OPJ_CODEC_J2K : OPJ_CODEC_JP2);
    opj_stream_t *stream = open_stream(&memory);
    dn_dicom_outcome outcome = codec && stream ? decode(codec, stream, job) : DN_DICOM_NO_MEMORY;
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    return outcome;
}
