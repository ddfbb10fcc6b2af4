/* SPDX-License-Identifier: MIT */
#include "image/geometry.h"

#include "image/preprocess.h"

#include <math.h>

/* Limit for a tensor: bounds what a small but extremely long picture can ask for. */
#define MAX_PIXELS 178956970

/* torchvision's centre crop: half of an odd margin is rounded to even if the
 * picture is cropped, and rounded down if the picture must be padded. */
static void crop_centre(dn_axis *axis, int64_t crop)
{
    int64_t margin = axis->full - crop, half = margin / 2;
    axis->out = crop;
    axis->start = margin < 0 ? 0 : half + (margin & half & 1);
    axis->count = margin < 0 ? axis->full : crop;
    axis->padding = margin < 0 ? -half : 0;
}

/* What the pipeline asks of an axis, 0 for nothing: its extent after resampling, and that of
 * the crop. */
typedef struct wanted_sides {
    int64_t resize;
    int crop;
} wanted_sides;

static void plan_axis(const dn_preprocess *preprocess, wanted_sides wanted, int64_t side,
                      int64_t shorter, dn_axis *axis)
{
    *axis = (dn_axis){.extent = side};
    if (preprocess->square_first) {
        axis->from = side / 2 - shorter / 2;
        axis->extent = shorter;
    }
    axis->full = axis->extent;
    if (wanted.resize)
        axis->full = wanted.resize;
    else if (preprocess->resize) /* torchvision's int(size * long / short) */
        axis->full = (int64_t)((double)(preprocess->resize * axis->extent) / (double)shorter);
    axis->count = axis->out = axis->full;
    if (wanted.crop)
        crop_centre(axis, wanted.crop);
}

/* The pixels of the picture that become one. */
static double fit_ratio(const dn_preprocess *preprocess, double width, double height)
{
    double across = width / preprocess->resize_width, down = height / preprocess->resize;
    return preprocess->fit == DN_FIT_COVER ? fmin(across, down) : fmax(across, down);
}

/* Both sides, in the proportions that are wanted; timm rounds halves to even. */
static void resize_both(const dn_preprocess *preprocess, int64_t width, int64_t height,
                        wanted_sides *across, wanted_sides *down)
{
    across->resize = preprocess->resize_width;
    down->resize = preprocess->resize;
    if (preprocess->fit == DN_FIT_STRETCH)
        return;
    double ratio = fit_ratio(preprocess, (double)width, (double)height);
    across->resize = llrint((double)width / ratio);
    down->resize = llrint((double)height / ratio);
}

dn_status dn_geometry_plan(const dn_preprocess *preprocess, int width, int height,
                           dn_geometry *geometry)
{
    DN_TRY(dn_preprocess_check(preprocess));
    if (width < 1 || height < 1)
        return dn_fail(DN_ERROR_ARGUMENT, "preprocess: a picture cannot be %d wide and %d high",
                       width, height);
    int64_t shorter = width < height ? width : height;
    wanted_sides across = {.crop =
                               preprocess->crop_width ? preprocess->crop_width : preprocess->crop};
    wanted_sides down = {.crop = preprocess->crop};
    bool square = preprocess->square_first;
    if (preprocess->resize_width)
        resize_both(preprocess, square ? shorter : width, square ? shorter : height, &across,
                    &down);
    if (preprocess->resize_width && (across.resize < 1 || down.resize < 1))
        return dn_fail(DN_ERROR_ARGUMENT,
                       "preprocess: a picture %d wide and %d high is too narrow to be "
                       "scaled to %d wide and %d high",
                       width, height, preprocess->resize_width, preprocess->resize);
    dn_axis *axes = geometry->axes;
    plan_axis(preprocess, across, width, shorter, &axes[0]);
    plan_axis(preprocess, down, height, shorter, &axes[1]);
    if (axes[0].full > MAX_PIXELS || axes[1].full > MAX_PIXELS || axes[0].out > MAX_PIXELS ||
        axes[1].out > MAX_PIXELS / axes[0].out)
        return dn_fail(DN_ERROR_LIMIT,
                       "preprocess: a picture %d wide and %d high would become %lld wide "
                       "and %lld high, more than the limit of %d pixels in all",
                       width, height, (long long)axes[0].out, (long long)axes[1].out, MAX_PIXELS);
    return DN_OK;
}

dn_status dn_preprocess_size(const dn_preprocess *preprocess, int width, int height, int *out_width,
                             int *out_height)
{
    DN_NEED(preprocess);
    DN_NEED(out_width);
    DN_NEED(out_height);
    dn_geometry geometry = {0};
    DN_TRY(dn_geometry_plan(preprocess, width, height, &geometry));
    *out_width = (int)geometry.axes[0].out;
    *out_height = (int)geometry.axes[1].out;
    return DN_OK;
}
