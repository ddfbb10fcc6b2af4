/* SPDX-License-Identifier: MIT */
/* WebP by libwebp, lossy and lossless; alpha is dropped. Of an animation, the first frame
 * on a black canvas. */
#include "base/text.h"
#include "image/decode.h"

#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

static dn_status fail_by_library(const dn_source *source, VP8StatusCode code)
{
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return dn_fail(DN_ERROR_MEMORY, "%s: out of memory for decoding", source->name);
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
        return dn_fail(DN_ERROR_FORMAT, "%s: the WebP file is truncated, it ends after %zu byte%s",
                       source->name, source->size, dn_plural((long long)source->size));
    default:
        return dn_fail(DN_ERROR_FORMAT, "%s: the WebP file is damaged or of an unknown kind",
                       source->name);
    }
}

/* A still picture, of a size that fits, at a place of the image. */
static dn_status decode_still(const dn_source *source, const uint8_t *data, size_t size, int left,
                              int top, dn_image *image)
{
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return dn_fail(DN_ERROR_FORMAT, "%s: this libwebp is not the one built for", source->name);
    size_t pitch = 3 * (size_t)image->width, start = (size_t)top * pitch + 3 * (size_t)left;
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = (WebPRGBABuffer){.rgba = (uint8_t *)image->pixels + start,
                                            .stride = (int)pitch,
                                            .size = (size_t)image->height * pitch - start};
    VP8StatusCode code = WebPDecode(data, size, &config);
    WebPFreeDecBuffer(&config.output);
    return code == VP8_STATUS_OK ? DN_OK : fail_by_library(source, code);
}

static dn_status decode_first_frame(const dn_source *source, const WebPDemuxer *demuxer,
                                    dn_image **out)
{
    int width = (int)WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
    int height = (int)WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
    WebPIterator frame;
    if (!WebPDemuxGetFrame(demuxer, 1, &frame))
        return dn_fail(DN_ERROR_FORMAT, "%s: the WebP animation has no frame", source->name);
    dn_image *image = NULL;
    dn_status status = dn_image_create(source, (size_t)width, (size_t)height, 3, 8, &image);
    if (status == DN_OK && (frame.x_offset < 0 || frame.width > width - frame.x_offset ||
                            frame.y_offset < 0 || frame.height > height - frame.y_offset))
        status = dn_fail(DN_ERROR_FORMAT, "%s: the WebP animation's frame leaves its canvas",
                         source->name);
    if (status == DN_OK) {
        memset(image->pixels, 0, 3 * (size_t)width * (size_t)height);
        status = decode_still(source, frame.fragment.bytes, frame.fragment.size, frame.x_offset,
                              frame.y_offset, image);
    }
    WebPDemuxReleaseIterator(&frame);
    if (status == DN_OK)
        *out = image;
    else
        dn_image_free(image);
    return status;
}

static dn_status decode_animation(const dn_source *source, dn_image **out)
{
    const WebPData data = {source->data, source->size};
    WebPDemuxer *demuxer = WebPDemux(&data);
    if (!demuxer)
        return dn_fail(DN_ERROR_FORMAT, "%s: the WebP animation is damaged or truncated",
                       source->name);
    dn_status status = decode_first_frame(source, demuxer, out);
    WebPDemuxDelete(demuxer);
    return status;
}

dn_status dn_decode_webp(const dn_source *source, dn_image **out)
{
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(source->data, source->size, &features);
    if (code != VP8_STATUS_OK)
        return fail_by_library(source, code);
    if (features.has_animation)
        return decode_animation(source, out);
    dn_image *image;
    DN_TRY(dn_image_create(source, (size_t)features.width, (size_t)features.height, 3, 8, &image));
    dn_status status = decode_still(source, source->data, source->size, 0, 0, image);
    if (status == DN_OK)
        *out = image;
    else
        dn_image_free(image);
    return status;
}
