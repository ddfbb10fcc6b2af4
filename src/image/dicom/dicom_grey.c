/* SPDX-License-Identifier: MIT */
/* From stored values to shades (DICOM PS3.3, C.11): the modality's table or line, the table or
 * window of the values of interest, and the presentation. Without them, as TorchXRayVision:
 * x / (2^stored - 1), MONOCHROME1 inverted. */
#include "image/dicom/dicom_pixels.h"
#include "image/dicom/dicom_table.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

typedef struct tone {
    const dn_dicom *dicom;
    bool is_plain, inverted; /* plain: neither modality nor window */
    double largest;          /* stored value, of a plain one */
    double slope, intercept;
    dn_dicom_table modality, voi;
    bool is_sigmoid;
    double low, width, center; /* of the window: below low black, above low + width white */
} tone;

static double modality_of(const tone *t, int64_t stored)
{
    if (t->modality.data)
        return dn_dicom_table_at(&t->modality, (double)stored);
    return t->slope * (double)stored + t->intercept;
}

static double shade_of(const tone *t, double value)
{
    if (t->voi.data)
        return fmin(dn_dicom_table_at(&t->voi, value) / (double)((1 << t->voi.bits) - 1), 1);
    if (t->is_sigmoid)
        return 1 / (1 + exp(-4 * (value - t->center) / t->width));
    if (value <= t->low || value > t->low + t->width)
        return value > t->low;
    return fmin(fmax((value - t->center) / t->width + 0.5, 0), 1);
}

static float tone_of(const tone *t, int64_t stored)
{
    if (t->is_plain) {
        double value = t->inverted ? t->largest - (double)stored : (double)stored;
        return (float)value / (float)t->largest;
    }
    double shade = shade_of(t, modality_of(t, stored));
    return (float)(t->inverted ? 1 - shade : shade);
}

static void set_window(tone *t, double center, double width)
{
    t->center = center;
    t->width = width;
    t->low = center - width / 2;
}

static bool is_blank(const dn_dicom_value *value)
{
    for (size_t i = 0; i < value->size; i++)
        if (value->data[i] != ' ' && value->data[i] != '\0')
            return false;
    return true;
}

/* The modality's line, where there is one. */
static dn_status read_rescale(tone *t)
{
    const dn_dicom *dicom = t->dicom;
    if (is_blank(&dicom->values[DICOM_SLOPE]))
        return DN_OK;
    if (!dn_dicom_decimal(dicom, DICOM_SLOPE, &t->slope))
        return dn_dicom_fail(dicom, "its rescale slope is no number");
    if (!is_blank(&dicom->values[DICOM_INTERCEPT]) &&
        !dn_dicom_decimal(dicom, DICOM_INTERCEPT, &t->intercept))
        return dn_dicom_fail(dicom, "its rescale intercept is no number");
    return DN_OK;
}

static dn_status read_window(tone *t)
{
    const dn_dicom *dicom = t->dicom;
    double center, width;
    if (!dn_dicom_decimal(dicom, DICOM_WINDOW_CENTER, &center) ||
        !dn_dicom_decimal(dicom, DICOM_WINDOW_WIDTH, &width))
        return dn_dicom_fail(dicom, "its window has no center or no width");
    bool is_exact = dn_dicom_is(dicom, DICOM_VOI_FUNCTION, "LINEAR_EXACT");
    t->is_sigmoid = dn_dicom_is(dicom, DICOM_VOI_FUNCTION, "SIGMOID");
    bool is_linear = !is_exact && !t->is_sigmoid;
    if (is_linear ? width < 1 : width <= 0)
        return dn_dicom_fail(dicom, "its window has no width");
    set_window(t, is_linear ? center - 0.5 : center, is_linear ? width - 1 : width);
    return DN_OK;
}

/* All that values of eight bits could be; of more, what they are. */
static void span_values(tone *t, const dn_dicom_frame *frame, size_t count)
{
    const dn_dicom *dicom = t->dicom;
    double least = INFINITY, most = -INFINITY;
    if (dicom->stored <= 8 && !t->modality.data) {
        int64_t range = (int64_t)1 << dicom->stored, first = dicom->has_sign ? -range / 2 : 0;
        double one = modality_of(t, first), other = modality_of(t, first + range - 1);
        least = fmin(one, other);
        most = fmax(one, other);
    }
    for (size_t i = 0; i < count && (dicom->stored > 8 || t->modality.data); i++) {
        double value = modality_of(t, dn_dicom_sample(dicom, frame, i));
        least = fmin(least, value);
        most = fmax(most, value);
    }
    set_window(t, (least + most) / 2, most - least);
}

static dn_status open_tone(const dn_dicom *dicom, const dn_dicom_frame *frame, size_t count,
                           tone *t)
{
    const dn_source *source = dicom->source;
    *t = (tone){.dicom = dicom,
                .is_plain = source->voi == DN_VOI_NONE,
                .largest = (double)(((int64_t)1 << dicom->stored) - 1),
                .slope = 1,
                .inverted = dn_dicom_is(dicom, DICOM_PHOTOMETRIC, "MONOCHROME1")};
    if (t->is_plain)
        return DN_OK;
    t->inverted = t->inverted || dn_dicom_is(dicom, DICOM_PRESENTATION, "INVERSE");
    DN_TRY(dn_dicom_table_open(dicom, DICOM_MODALITY_SHAPE, DICOM_MODALITY_TABLE, &t->modality));
    DN_TRY(read_rescale(t));
    if (source->voi == DN_VOI_WINDOW) {
        set_window(t, (double)source->window[0] - 0.5, (double)source->window[1] - 1);
        return DN_OK;
    }
    DN_TRY(dn_dicom_table_open(dicom, DICOM_VOI_SHAPE, DICOM_VOI_TABLE, &t->voi));
    if (t->voi.data)
        return DN_OK;
    if (dicom->values[DICOM_WINDOW_CENTER].size)
        return read_window(t);
    span_values(t, frame, count);
    return DN_OK;
}

/* Values of up to 16 bits are computed once each. */
static dn_status fill(const tone *t, const dn_dicom_frame *frame, size_t count, float *out)
{
    const dn_dicom *dicom = t->dicom;
    if (dicom->stored > 16) {
        for (size_t i = 0; i < count; i++)
            out[i] = tone_of(t, dn_dicom_sample(dicom, frame, i));
        return DN_OK;
    }
    int64_t range = (int64_t)1 << dicom->stored, first = dicom->has_sign ? -range / 2 : 0;
    float *tones;
    DN_TRY(dn_alloc_aligned((size_t)range, sizeof *tones, &tones));
    for (int64_t i = 0; i < range; i++)
        tones[i] = tone_of(t, first + i);
    for (size_t i = 0; i < count; i++)
        out[i] = tones[dn_dicom_sample(dicom, frame, i) - first];
    free(tones);
    return DN_OK;
}

dn_status dn_dicom_to_grey(const dn_dicom *dicom, const dn_dicom_frame *frame, dn_image *image)
{
    tone t;
    size_t count = (size_t)(dicom->rows * dicom->columns);
    DN_TRY(open_tone(dicom, frame, count, &t));
    return fill(&t, frame, count, image->pixels);
}
