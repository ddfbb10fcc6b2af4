/* SPDX-License-Identifier: MIT */
/* WebP by libwebp, lossy and lossless; alpha is dropped. */
#include "image/decode.h"

#include <webp/decode.h>

static dn_status fail_by_library(const dn_source *source, VP8StatusCode code)
{
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return dn_fail(DN_ERROR_MEMORY, "%s: out of memory for decoding", source->name);
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
        return dn_fail(DN_ERROR_FORMAT, "%s: the WebP file is truncated, it ends after %zu bytes",
                       source->name, source->size);
    default:
        return dn_fail(DN_ERROR_FORMAT, "%s: the WebP file is damaged or of an unknown kind",
                       source->name);
    }
}

static dn_status decode_webp(const dn_source *source, dn_image **out)
{
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return dn_fail(DN_ERROR_FORMAT, "%s: this libwebp is not the one built for", source->name);
    VP8StatusCode code = WebPGetFeatures(source->data, source->size, &config.input);
    if (code != VP8_STATUS_OK)
        return fail_by_library(source, code);
    if (config.input.has_animation)
        return dn_fail(DN_ERROR_FORMAT, "%s: is an animation, a still WebP picture is expected",
                       source->name);
    dn_image *image;
    DN_TRY(dn_image_create(source, (size_t)config.input.width, (size_t)config.input.height, 3, 8,
                           &image));
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA =
        (WebPRGBABuffer){.rgba = image->pixels,
                         .stride = 3 * image->width,
                         .size = 3 * (size_t)image->width * (size_t)image->height};
    code = WebPDecode(source->data, source->size, &config);
    WebPFreeDecBuffer(&config.output);
    if (code != VP8_STATUS_OK) {
        dn_image_free(image);
        return fail_by_library(source, code);
    }
    *out = image;
    return DN_OK;
}

const dn_decoder dn_webp_decoder = {"WebP", "RIFF????WEBP", 12, decode_webp};
