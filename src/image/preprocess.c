/* SPDX-License-Identifier: MIT */
/* From picture to tensor: the pixels that are used, converted to the channels
 * and type that the filter needs; resampled; scaled into planes. */
#include "image/preprocess.h"

#include "base/memory.h"
#include "image/geometry.h"
#include "image/orientation.h"
#include "image/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a pipeline keeps of a picture, before its last step. */
typedef struct resampled {
    dn_geometry geometry;
    void *samples; /* owned: interleaved, floats of DN_GAUSSIAN, else bytes */
    size_t channels;
} resampled;

/* Scaling, for samples of 0..1, has one part before resampling and one after:
 * the blur counts everything outside the picture as zero, and an X-ray's zero
 * is mid-grey. */
static float scale_before(const dn_preprocess *preprocess, float unit)
{
    return preprocess->scaling == DN_SCALE_XRAY ? (2 * unit - 1) * 1024 : unit;
}

static float scale_after(const dn_preprocess *preprocess, int channel, float sample)
{
    if (preprocess->scaling == DN_SCALE_XRAY)
        return sample;
    return (sample - preprocess->mean[channel]) / preprocess->std[channel];
}

/* The byte nearest to a shade of 0 to 1. */
static uint8_t byte_of(float shade)
{
    return (uint8_t)(fminf(fmaxf(shade, 0), 1) * 255 + 0.5f);
}

void dn_bytes_of_samples(const void *samples, size_t count, int depth, uint8_t *bytes)
{
    const uint16_t *words = samples;
    const float *shades = samples;
    for (size_t i = 0; i < count; i++)
        bytes[i] = depth == 32 ? byte_of(shades[i]) : (uint8_t)(words[i] >> 8);
}

/* ITU-R 601 luma in 16 fraction bits, as Pillow rounds it. */
static uint16_t luma(unsigned red, unsigned green, unsigned blue)
{
    return (uint16_t)((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
}

/* `count` samples of a row: the picture's own, or their luma. */
static void read_samples(const dn_image *image, size_t first, size_t count, bool to_grey,
                         uint16_t *samples)
{
    size_t step = to_grey ? 3 : 1;
    const uint8_t *bytes = (const uint8_t *)image->pixels + first;
    const uint16_t *words = (const uint16_t *)image->pixels + first;
    for (size_t i = 0; i < count; i++, bytes += step, words += step) {
        if (image->depth == 8)
            samples[i] = to_grey ? luma(bytes[0], bytes[1], bytes[2]) : bytes[0];
        else
            samples[i] = to_grey ? luma(words[0], words[1], words[2]) : words[0];
    }
}

static void store_floats(const dn_preprocess *preprocess, const uint16_t *samples, size_t count,
                         int depth, float *out)
{
    float largest = depth == 16 ? 65535 : 255;
    for (size_t i = 0; i < count; i++)
        out[i] = scale_before(preprocess, (float)samples[i] / largest);
}

static void store_bytes(const uint16_t *samples, size_t count, int depth, uint8_t *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (uint8_t)(samples[i] >> (depth - 8));
}

/* The same of a row of shades. */
static void store_shades(const dn_preprocess *preprocess, const float *shades, size_t count,
                         void *out)
{
    if (preprocess->filter != DN_GAUSSIAN)
        dn_bytes_of_samples(shades, count, 32, out);
    else
        for (size_t i = 0; i < count; i++)
            ((float *)out)[i] = scale_before(preprocess, shades[i]);
}

/* Copies the part that is used into *storage as floats or bytes. */
static dn_status convert(const dn_preprocess *preprocess, const dn_image *image, size_t first,
                         dn_pixels *pixels, void **storage)
{
    bool floats = preprocess->filter == DN_GAUSSIAN;
    size_t sample = floats ? sizeof(float) : sizeof(uint8_t);
    size_t row = (size_t)pixels->width * (size_t)pixels->channels, total;
    size_t pitch = (size_t)image->width * (size_t)image->channels;
    if (!dn_multiply(row, (size_t)pixels->height, &total))
        return dn_fail_memory(SIZE_MAX);
    DN_TRY(dn_alloc_aligned(total, sample, storage));
    uint16_t *samples;
    DN_TRY(dn_alloc_aligned(row, sizeof *samples, &samples));
    for (size_t y = 0; y < (size_t)pixels->height; y++) {
        void *out = (char *)*storage + y * row * sample;
        if (image->depth == 32) {
            store_shades(preprocess, (const float *)image->pixels + first + y * pitch, row, out);
            continue;
        }
        read_samples(image, first + y * pitch, row, pixels->channels < image->channels, samples);
        if (floats)
            store_floats(preprocess, samples, row, image->depth, out);
        else
            store_bytes(samples, row, image->depth, out);
    }
    free(samples);
    pixels->data = *storage;
    pixels->stride = row;
    return DN_OK;
}

/* What resampling reads: the picture's own pixels if possible. */
static dn_status source_pixels(const dn_preprocess *preprocess, const dn_image *image,
                               const dn_geometry *geometry, dn_pixels *pixels, void **storage)
{
    const dn_axis *across = &geometry->axes[0], *down = &geometry->axes[1];
    size_t channels = (size_t)image->channels, stride = (size_t)image->width * channels;
    size_t first = (size_t)down->from * stride + (size_t)across->from * channels;
    *pixels = (dn_pixels){.data = (const uint8_t *)image->pixels + first,
                          .stride = stride,
                          .width = (int)across->extent,
                          .height = (int)down->extent,
                          .channels = preprocess->channels < image->channels ? 1 : image->channels};
    if (preprocess->filter != DN_GAUSSIAN && image->depth == 8 &&
        pixels->channels == image->channels)
        return DN_OK;
    return convert(preprocess, image, first, pixels, storage);
}

/* A blurred picture keeps its original range: scikit-image clips it that way. */
static void clip_to_range(const dn_pixels *source, size_t count, float *samples)
{
    const float *original = source->data;
    float low = original[0], high = original[0];
    size_t total = source->stride * (size_t)source->height;
    for (size_t i = 1; i < total; i++) {
        low = original[i] < low ? original[i] : low;
        high = original[i] > high ? original[i] : high;
    }
    for (size_t i = 0; i < count; i++)
        samples[i] = samples[i] < low ? low : samples[i] > high ? high : samples[i];
}

void dn_preprocess_values(const dn_preprocess *preprocess, float values[3][256])
{
    if (!preprocess || !values)
        return;
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < 256; i++)
            values[c][i] = scale_after(preprocess, c, scale_before(preprocess, (float)i / 255));
}

/* What surrounds a picture that is smaller than the crop. In floats 255 * 0.9 is 229.5, as in
 * timm, whose mean has twice the digits. */
static uint8_t padding_of(const dn_preprocess *preprocess, int channel)
{
    float mean = preprocess->pad_mean ? rintf(255 * preprocess->mean[channel]) : 0;
    return (uint8_t)fminf(fmaxf(mean, 0), 255);
}

/* The channels of the tensor from interleaved samples. */
static void fill_planes(const dn_preprocess *preprocess, const resampled *picture, float *tensor)
{
    const dn_axis *across = &picture->geometry.axes[0], *down = &picture->geometry.axes[1];
    int64_t plane = across->out * down->out;
    float values[3][256];
    dn_preprocess_values(preprocess, values);
    for (int c = 0; c < preprocess->channels; c++, tensor += plane) {
        if (across->count < across->out || down->count < down->out)
            for (int64_t i = 0; i < plane; i++)
                tensor[i] = values[c][padding_of(preprocess, c)];
        size_t from = picture->channels == 1 ? 0 : (size_t)c;
        for (int64_t y = 0; y < down->count; y++) {
            float *out = tensor + (down->padding + y) * across->out + across->padding;
            for (int64_t x = 0; x < across->count; x++, from += picture->channels)
                out[x] = preprocess->filter == DN_GAUSSIAN
                             ? scale_after(preprocess, c, ((const float *)picture->samples)[from])
                             : values[c][((const uint8_t *)picture->samples)[from]];
        }
    }
}

static void fill_bytes(const dn_preprocess *preprocess, const resampled *picture,
                       unsigned char *bytes)
{
    const dn_axis *across = &picture->geometry.axes[0], *down = &picture->geometry.axes[1];
    size_t channels = (size_t)preprocess->channels, row = (size_t)across->out * channels;
    const uint8_t *from = picture->samples;
    for (size_t c = 0; c < channels; c++)
        for (size_t at = c; at < (size_t)down->out * row; at += channels)
            bytes[at] = padding_of(preprocess, (int)c);
    for (int64_t y = 0; y < down->count; y++) {
        unsigned char *out =
            bytes + (size_t)(down->padding + y) * row + (size_t)across->padding * channels;
        for (int64_t x = 0; x < across->count; x++, from += picture->channels)
            for (size_t c = 0; c < channels; c++)
                *out++ = from[picture->channels == 1 ? 0 : c];
    }
}

static dn_status check_image(const dn_image *image)
{
    bool sound =
        image->pixels && (image->channels == 1 || image->channels == 3) &&
        (image->depth == 8 || image->depth == 16 || (image->depth == 32 && image->channels == 1)) &&
        image->orientation >= 0 && image->orientation <= 8;
    return sound ? DN_OK
                 : dn_fail(DN_ERROR_ARGUMENT,
                           "preprocess: a picture has 1 or 3 channels of 8 or 16 bits, or one "
                           "of 32, not %d of %d, and an orientation from 0 to 8, not %d",
                           image->channels, image->depth, image->orientation);
}

static dn_status resample(const dn_preprocess *preprocess, const dn_pixels *source,
                          const dn_geometry *geometry, void **samples)
{
    const dn_axis *across = &geometry->axes[0], *down = &geometry->axes[1];
    bool floats = preprocess->filter == DN_GAUSSIAN;
    dn_window window = {.full_width = across->full,
                        .full_height = down->full,
                        .x = across->start,
                        .y = down->start,
                        .width = (int)across->count,
                        .height = (int)down->count};
    size_t count = (size_t)(across->count * down->count) * (size_t)source->channels;
    DN_TRY(dn_alloc_aligned(count, floats ? sizeof(float) : sizeof(uint8_t), samples));
    DN_TRY(dn_resample(source, preprocess->filter, &window, *samples));
    if (floats)
        clip_to_range(source, count, *samples);
    return DN_OK;
}

static dn_status resample_upright(const dn_preprocess *preprocess, const dn_image *image,
                                  resampled *picture)
{
    dn_pixels source;
    void *storage = NULL;
    DN_TRY(dn_geometry_plan(preprocess, image->width, image->height, &picture->geometry));
    dn_status status = source_pixels(preprocess, image, &picture->geometry, &source, &storage);
    if (status == DN_OK)
        status = resample(preprocess, &source, &picture->geometry, &picture->samples);
    picture->channels = (size_t)source.channels;
    free(storage);
    return status;
}

static dn_status resample_picture(const dn_preprocess *preprocess, const dn_image *image,
                                  resampled *picture)
{
    DN_TRY(check_image(image));
    if (!preprocess->exif_orientation || image->orientation < 2)
        return resample_upright(preprocess, image, picture);
    dn_image upright;
    DN_TRY(dn_image_turn(image, image->orientation, &upright));
    dn_status status = resample_upright(preprocess, &upright, picture);
    free(upright.pixels);
    return status;
}

dn_status dn_preprocess_run(const dn_preprocess *preprocess, const dn_image *image, float *tensor)
{
    DN_NEED(preprocess);
    DN_NEED(image);
    DN_NEED(tensor);
    resampled picture = {0};
    dn_status status = resample_picture(preprocess, image, &picture);
    if (status == DN_OK)
        fill_planes(preprocess, &picture, tensor);
    free(picture.samples);
    return status;
}

dn_status dn_preprocess_bytes(const dn_preprocess *preprocess, const dn_image *image,
                              unsigned char *bytes)
{
    DN_NEED(preprocess);
    DN_NEED(image);
    DN_NEED(bytes);
    if (preprocess->filter == DN_GAUSSIAN)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "preprocess: the gaussian filter makes floats, not bytes");
    resampled picture = {0};
    dn_status status = resample_picture(preprocess, image, &picture);
    if (status == DN_OK)
        fill_bytes(preprocess, &picture, bytes);
    free(picture.samples);
    return status;
}
