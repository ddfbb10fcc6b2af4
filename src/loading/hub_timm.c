/* SPDX-License-Identifier: MIT */
/* input_size, crop_pct, crop_mode, interpolation, mean, std. */
#include "base/text.h"
#include "loading/hub_pipeline.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LARGEST_SIDE = 65536 };

bool dn_hub_because(dn_hub_reason *why, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why->text, sizeof why->text, format, arguments);
    va_end(arguments);
    return false;
}

bool dn_hub_numbers(const json_t *object, const char *key, int channels, float numbers[3],
                    dn_hub_reason *why)
{
    const json_t *list = json_object_get(object, key);
    bool divides = strstr(key, "std") != NULL;
    if (!list)
        return true;
    size_t count = json_array_size(list);
    if (count != 1 && count != (size_t)channels)
        return dn_hub_because(why, "%s is not a list of %d number%s", key, channels,
                              channels == 1 ? "" : "s");
    for (size_t i = 0; i < 3; i++) {
        const json_t *number = json_array_get(list, count == 1 || channels == 1 ? 0 : i);
        double value = json_number_value(number);
        numbers[i] = (float)value;
        if (!json_is_number(number) || !isfinite(numbers[i]) || (divides && !(numbers[i] > 0)))
            return dn_hub_because(why, "%s holds what is not a number%s", key,
                                  divides ? " above 0" : "");
    }
    return true;
}

int dn_hub_side(const json_t *value)
{
    json_int_t side = json_integer_value(value);
    return side >= 1 && side <= LARGEST_SIDE ? (int)side : 0;
}

/* Channels, height and width. */
static bool read_size(const json_t *pretrained, int size[3], dn_hub_reason *why)
{
    const json_t *list = json_object_get(pretrained, "input_size");
    size[0] = 3;
    size[1] = size[2] = 224;
    for (size_t i = 0; list && i < 3; i++) {
        size[i] = dn_hub_side(json_array_get(list, i));
        if (json_array_size(list) != 3 || !size[i])
            return dn_hub_because(why, "input_size is not channels, height and width");
    }
    return size[0] == 1 || size[0] == 3 ||
           dn_hub_because(why, "input_size has %d channel%s", size[0], dn_plural(size[0]));
}

/* What the picture is scaled to, before the crop. */
static bool read_resize(const json_t *pretrained, const int size[3], int resize[2],
                        dn_hub_reason *why)
{
    const json_t *share = json_object_get(pretrained, "crop_pct");
    double part = json_is_number(share) ? json_number_value(share) : 0;
    if ((share && !json_is_number(share) && !json_is_null(share)) || !(part >= 0))
        return dn_hub_because(why, "crop_pct is not a share");
    if (part == 0)
        part = 0.875; /* also in timm */
    for (int i = 0; i < 2; i++) {
        double side = floor(size[i + 1] / part);
        if (!(side >= 1 && side <= LARGEST_SIDE))
            return dn_hub_because(why, "with crop_pct %g pictures would be scaled to %g", part,
                                  side);
        resize[i] = (int)side;
    }
    return true;
}

static const char *text_of(const json_t *object, const char *key, const char *unsaid)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : unsaid;
}

static bool read_mode(const json_t *pretrained, const int resize[2], dn_preprocess *preprocess,
                      dn_hub_reason *why)
{
    const char *mode = text_of(pretrained, "crop_mode", "center");
    const json_t *said = json_object_get(pretrained, "crop_mode");
    if (said && !json_is_null(said) && !json_is_string(said))
        return dn_hub_because(why, "its crop_mode is not text");
    bool center = strcmp(mode, "center") == 0, square = resize[0] == resize[1];
    preprocess->resize = resize[0];
    preprocess->resize_width = center && square ? 0 : resize[1];
    if (center && !square) {
        preprocess->fit = DN_FIT_COVER;
        preprocess->filter = DN_BILINEAR; /* timm does not pass the interpolation on here */
    } else if (strcmp(mode, "border") == 0) {
        preprocess->fit = DN_FIT_INSIDE;
        preprocess->pad_mean = true;
    } else if (!center && strcmp(mode, "squash") != 0) {
        return dn_hub_because(why, "its crop_mode is %.40s", mode);
    }
    return true;
}

bool dn_hub_timm(const json_t *pretrained, dn_preprocess *preprocess, dn_hub_reason *why)
{
    const char *filter = text_of(pretrained, "interpolation", "bicubic");
    const json_t *said = json_object_get(pretrained, "interpolation");
    int size[3], resize[2] = {0};
    if (said && !json_is_null(said) && !json_is_string(said))
        return dn_hub_because(why, "its interpolation is not text");
    if (strcmp(filter, "bicubic") != 0 && strcmp(filter, "bilinear") != 0)
        return dn_hub_because(why, "its interpolation is %.40s", filter);
    if (!read_size(pretrained, size, why) || !read_resize(pretrained, size, resize, why) ||
        dn_preprocess_parse(strcmp(filter, "bicubic") == 0 ? "timm" : "torchvision", preprocess) !=
            DN_OK ||
        !read_mode(pretrained, resize, preprocess, why))
        return false;
    preprocess->channels = size[0];
    preprocess->crop = size[1];
    preprocess->crop_width = size[1] == size[2] ? 0 : size[2];
    return dn_hub_numbers(pretrained, "mean", size[0], preprocess->mean, why) &&
           dn_hub_numbers(pretrained, "std", size[0], preprocess->std, why);
}
