/* SPDX-License-Identifier: MIT */
/* JPEG 2000 by OpenJPEG: grey, palette, RGB, YCC, CMYK, with components of their own resolution;
 * alpha is dropped. Other than Pillow, which lets the brightest of deep colours wrap around to
 * black and deep grey end at 255, both keep their meaning. */
#include "image/decode.h"
#include "image/openjpeg.h"

#include <string.h>

typedef struct jpeg_2000_job {
    const dn_source *source;
    dn_status status; /* why the header is refused */
} jpeg_2000_job;

static bool is_wanted(const opj_image_t *header, void *context)
{
    jpeg_2000_job *job = context;
    if (header->numcomps < 1 || header->numcomps > 4)
        job->status = dn_fail(DN_ERROR_FORMAT,
                              "%s: the JPEG 2000 file has %u components; 1 to 4 are expected",
                              job->source->name, header->numcomps);
    else
        job->status =
            dn_image_check_size(job->source, header->x1 - header->x0, header->y1 - header->y0);
    return job->status == DN_OK;
}

/* A sample from 0 on: Pillow's offset for those that have a sign. */
static unsigned sample_at(const opj_image_comp_t *component, uint32_t x, uint32_t y)
{
    x /= component->dx;
    y /= component->dy;
    x = x < component->w ? x : component->w - 1;
    y = y < component->h ? y : component->h - 1;
    int64_t value = component->data[(size_t)y * component->w + x];
    int64_t largest = ((int64_t)1 << component->prec) - 1;
    value += component->sgnd ? (largest + 1) / 2 : 0;
    return (unsigned)(value < 0 ? 0 : value > largest ? largest : value);
}

/* Shifted to eight bits, deeper samples rounded. */
static unsigned char byte_at(const opj_image_comp_t *component, uint32_t x, uint32_t y)
{
    uint64_t sample = sample_at(component, x, y);
    if (component->prec <= 8)
        return (unsigned char)(sample << (8 - component->prec));
    unsigned shift = component->prec - 8;
    sample = (sample + ((uint64_t)1 << (shift - 1))) >> shift;
    return (unsigned char)(sample > 255 ? 255 : sample);
}

/* The whole range of 9 bits or more spread over 16. */
static uint16_t word_at(const opj_image_comp_t *component, uint32_t x, uint32_t y)
{
    unsigned sample = sample_at(component, x, y), bits = component->prec;
    if (bits >= 16)
        return (uint16_t)(sample >> (bits - 16));
    return (uint16_t)(sample << (16 - bits) | sample >> (2 * bits - 16));
}

static unsigned char clamped(int value)
{
    return (unsigned char)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* How much of a colour's difference is added, in 64ths, as Pillow's tables have it. */
static int share(double factor, int difference)
{
    return (int)(factor * 64 * difference + 0.5);
}

/* ITU-R BT.601 at full range. */
static void ycc_to_rgb(unsigned char pixel[3])
{
    int y = pixel[0], b = pixel[1] - 128, r = pixel[2] - 128;
    pixel[0] = clamped(y + (share(1.402, r) >> 6));
    pixel[1] = clamped(y + ((share(-0.34414, b) + share(-0.71414, r)) >> 6));
    pixel[2] = clamped(y + (share(1.772, b) >> 6));
}

/* Where the file does not say: chroma of a lower resolution is YCC's. */
static bool is_ycc(const opj_image_t *decoded)
{
    if (decoded->color_space == OPJ_CLRSPC_UNKNOWN ||
        decoded->color_space == OPJ_CLRSPC_UNSPECIFIED) {
        bool whole = decoded->comps[0].dx == 1 && decoded->comps[0].dy == 1;
        for (int c = 1; whole && c < 3; c++)
            if (decoded->comps[c].dx != 1 || decoded->comps[c].dy != 1)
                return true;
    }
    return decoded->color_space == OPJ_CLRSPC_SYCC;
}

static void store_colours(const opj_image_t *decoded, dn_image *image)
{
    unsigned char *out = image->pixels, samples[4];
    bool ycc = is_ycc(decoded), inks = decoded->color_space == OPJ_CLRSPC_CMYK;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++, out += 3) {
            for (int c = 0; c < (inks ? 4 : 3); c++)
                samples[c] = byte_at(&decoded->comps[c], (uint32_t)x, (uint32_t)y);
            for (int c = 0; inks && c < 4; c++)
                samples[c] = (unsigned char)(255 - samples[c]);
            if (ycc)
                ycc_to_rgb(samples);
            if (inks)
                dn_inks_to_rgb(samples, 1, out);
            else
                memcpy(out, samples, 3);
        }
}

static void store_grey(const opj_image_comp_t *component, dn_image *image)
{
    unsigned char *bytes = image->pixels;
    uint16_t *words = image->pixels;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++)
            if (image->depth == 16)
                *words++ = word_at(component, (uint32_t)x, (uint32_t)y);
            else
                *bytes++ = byte_at(component, (uint32_t)x, (uint32_t)y);
}

static dn_status check_colours(const dn_source *source, const opj_image_t *decoded)
{
    bool odd = decoded->color_space == OPJ_CLRSPC_EYCC ||
               (decoded->color_space == OPJ_CLRSPC_CMYK && decoded->numcomps < 4);
    for (OPJ_UINT32 c = 0; c < decoded->numcomps; c++)
        odd = odd || decoded->comps[c].prec < 1 || decoded->comps[c].prec > 31 ||
              !decoded->comps[c].w || !decoded->comps[c].h;
    return odd ? dn_fail(DN_ERROR_FORMAT,
                         "%s: is a JPEG 2000 picture of unusual colours; grey, RGB, YCC and CMYK "
                         "are read",
                         source->name)
               : DN_OK;
}

static dn_status store(const dn_source *source, const opj_image_t *decoded, dn_image **image)
{
    bool colours = decoded->numcomps > 2;
    DN_TRY(check_colours(source, decoded));
    DN_TRY(dn_image_create(source, decoded->x1 - decoded->x0, decoded->y1 - decoded->y0,
                           colours ? 3 : 1, !colours && decoded->comps[0].prec > 8 ? 16 : 8,
                           image));
    if (colours)
        store_colours(decoded, *image);
    else
        store_grey(&decoded->comps[0], *image);
    return DN_OK;
}

dn_status dn_decode_jpeg_2000(const dn_source *source, dn_image **image)
{
    opj_image_t *decoded;
    jpeg_2000_job job = {.source = source};
    dn_openjpeg_outcome outcome =
        dn_openjpeg_decode(source->data, source->size, is_wanted, &job, &decoded);
    if (outcome == DN_OPENJPEG_NO_MEMORY)
        return dn_fail(DN_ERROR_MEMORY, "%s: out of memory for decoding", source->name);
    if (outcome == DN_OPENJPEG_DAMAGED)
        return dn_fail(DN_ERROR_FORMAT, "%s: the JPEG 2000 file is damaged or truncated",
                       source->name);
    if (outcome == DN_OPENJPEG_REFUSED)
        return job.status;
    dn_status status = store(source, decoded, image);
    opj_image_destroy(decoded);
    return status;
}
