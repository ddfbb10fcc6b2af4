/* SPDX-License-Identifier: MIT */
/* size, crop_size, crop_pct, image_mean, image_std, rescale_factor, resample, do_resize,
 * do_center_crop, do_rescale, do_normalize, of the processors of ViT, DeiT, CLIP, BiT and
 * ConvNeXT and those like them. The crop is that of the processors that are built on torchvision.
 */
#include "loading/hub_pipeline.h"

#include <math.h>
#include <string.h>

/* Whether a step is done. One that is not named is done by some processors only. */
static bool read_step(const json_t *config, const char *key, bool *done, dn_hub_reason *why)
{
    const json_t *step = json_object_get(config, key);
    *done = json_is_true(step);
    return json_is_boolean(step) || dn_hub_because(why, "%s is neither true nor false", key);
}

/* Steps that would change what a network sees, and that no pipeline here has. */
static bool has_other_steps(const json_t *config, dn_hub_reason *why)
{
    static const char *const steps[] = {
        "do_pad",         "do_thumbnail",    "do_align_long_axis", "do_flip_channel_order",
        "rescale_offset", "do_reduce_labels"};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (json_is_true(json_object_get(config, steps[i])))
            return !dn_hub_because(why, "it has %s", steps[i]);
    return false;
}

/* {"height": h, "width": w}; false if it is none. */
static bool read_sides(const json_t *size, int *height, int *width)
{
    *height = dn_hub_side(json_object_get(size, "height"));
    *width = dn_hub_side(json_object_get(size, "width"));
    return *height && *width && json_object_size(size) == 2;
}

static bool is_of(const json_t *config, const char *family)
{
    static const char *const keys[] = {"image_processor_type", "feature_extractor_type"};
    for (int i = 0; i < 2; i++) {
        const char *type = json_string_value(json_object_get(config, keys[i]));
        if (type && strncmp(type, family, strlen(family)) == 0)
            return true;
    }
    return false;
}

/* ConvNeXT's: below 384 a shorter side of edge / crop_pct and a square from its centre. */
static bool read_convnext(const json_t *config, int edge, dn_preprocess *made, dn_hub_reason *why)
{
    const json_t *share = json_object_get(config, "crop_pct");
    double part = share ? json_number_value(share) : 224 / 256.0;
    if (edge >= 384) {
        made->resize = made->resize_width = edge;
        return true;
    }
    if (!(part > 0.01 && part <= 1))
        return dn_hub_because(why, "crop_pct is not a share");
    made->resize = (int)(edge / part);
    made->crop = edge;
    return true;
}

static bool read_resize(const json_t *config, dn_preprocess *made, dn_hub_reason *why)
{
    const json_t *size = json_object_get(config, "size");
    int edge = dn_hub_side(json_object_get(size, "shortest_edge")), number = dn_hub_side(size);
    bool square = is_of(config, "ViT") || is_of(config, "DeiT") || is_of(config, "Beit");
    bool convnext = is_of(config, "ConvNext");
    json_int_t filter = json_integer_value(json_object_get(config, "resample"));
    if (filter != 2 && filter != 3)
        return dn_hub_because(why, "resample is neither 2, bilinear, nor 3, bicubic");
    made->filter = filter == 3 ? DN_BICUBIC : DN_BILINEAR;
    if (read_sides(size, &made->resize, &made->resize_width))
        return true;
    made->resize = made->resize_width = 0;
    if (json_object_size(size) > 1 || !(edge || number))
        return dn_hub_because(why, "size is neither height and width nor shortest_edge");
    if (convnext)
        return read_convnext(config, edge ? edge : number, made, why);
    if (number && !square && !is_of(config, "CLIP") && !is_of(config, "Bit"))
        return dn_hub_because(why, "whether size is that of both sides or of the shorter depends "
                                   "on a processor that it does not name");
    made->resize = edge ? edge : number;
    made->resize_width = number && square ? number : 0;
    return true;
}

static bool read_crop(const json_t *config, dn_preprocess *made, dn_hub_reason *why)
{
    const json_t *size = json_object_get(config, "crop_size");
    int number = dn_hub_side(size), height, width;
    if (number)
        height = width = number;
    else if (!read_sides(size, &height, &width))
        return dn_hub_because(why, "crop_size is not height and width");
    made->crop = height;
    made->crop_width = height == width ? 0 : width;
    return true;
}

/* 1/255, also as it is written with fewer digits. */
static bool scales_to_one(const json_t *config)
{
    const json_t *factor = json_object_get(config, "rescale_factor");
    return !factor || fabs(json_number_value(factor) * 255 - 1) < 1e-9;
}

static bool read_values(const json_t *config, dn_preprocess *made, dn_hub_reason *why)
{
    bool scales = true, normalises;
    if ((json_object_get(config, "do_rescale") && !read_step(config, "do_rescale", &scales, why)) ||
        !read_step(config, "do_normalize", &normalises, why))
        return false;
    if (!scales || !scales_to_one(config))
        return dn_hub_because(why, "it does not scale pixels to 0..1");
    if (!normalises)
        return true;
    if (!json_object_get(config, "image_mean") || !json_object_get(config, "image_std"))
        return dn_hub_because(why, "image_mean or image_std is missing");
    return dn_hub_numbers(config, "image_mean", made->channels, made->mean, why) &&
           dn_hub_numbers(config, "image_std", made->channels, made->std, why);
}

bool dn_hub_processor(const json_t *config, dn_preprocess *preprocess, dn_hub_reason *why)
{
    dn_preprocess made = {0};
    bool resizes, crops = false;
    if (dn_preprocess_parse("none", &made) != DN_OK || has_other_steps(config, why) ||
        !read_step(config, "do_resize", &resizes, why))
        return false;
    bool says_crop = json_object_get(config, "do_center_crop") != NULL;
    if (says_crop && !read_step(config, "do_center_crop", &crops, why))
        return false;
    if (!says_crop && json_object_get(config, "crop_size") && !is_of(config, "ViT"))
        return dn_hub_because(why, "whether it crops is not said (do_center_crop)");
    if ((resizes && !read_resize(config, &made, why)) ||
        (crops && !read_crop(config, &made, why)) || !read_values(config, &made, why))
        return false;
    *preprocess = made;
    return true;
}
