/* SPDX-License-Identifier: MIT */
#include "image/openjpeg.h"

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

static bool has_samples(const opj_image_t *image)
{
    for (OPJ_UINT32 c = 0; c < image->numcomps; c++)
        if (!image->comps[c].data)
            return false;
    return true;
}

static dn_openjpeg_outcome decode(opj_codec_t *codec, opj_stream_t *stream,
                                  dn_openjpeg_accept *accept, void *context, opj_image_t **image)
{
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    if (!opj_setup_decoder(codec, &parameters) || !opj_decoder_set_strict_mode(codec, OPJ_TRUE) ||
        !opj_read_header(stream, codec, image))
        return DN_OPENJPEG_DAMAGED;
    if (!accept(*image, context))
        return DN_OPENJPEG_REFUSED;
    return opj_decode(codec, stream, *image) && has_samples(*image) ? DN_OPENJPEG_DECODED
                                                                    : DN_OPENJPEG_DAMAGED;
}

/* Without handlers, OpenJPEG's messages go nowhere. */
dn_openjpeg_outcome dn_openjpeg_decode(const unsigned char *data, size_t size,
                                       dn_openjpeg_accept *accept, void *context,
                                       opj_image_t **image)
{
    memory_stream memory = {.data = data, .size = size};
    bool is_stream = size > 0 && data[0] == 0xff;
    opj_codec_t *codec = opj_create_decompress(is_stream ? OPJ_CODEC_J2K : OPJ_CODEC_JP2);
    opj_stream_t *stream = open_stream(&memory);
    *image = NULL;
    dn_openjpeg_outcome outcome =
        codec && stream ? decode(codec, stream, accept, context, image) : DN_OPENJPEG_NO_MEMORY;
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    if (outcome != DN_OPENJPEG_DECODED) {
        opj_image_destroy(*image);
        *image = NULL;
    }
    return outcome;
}
