/* SPDX-License-Identifier: MIT */
#include "files/image_size.h"

#include "ui/report.h"

#include <math.h>
#include <stdio.h>

static void fit_square(dn_preprocess *preprocess, int size, bool margin)
{
    int side = dn_preprocess_side(preprocess);
    bool both = preprocess->resize_width > 0;
    if (!side && (both || preprocess->crop_width)) /* other rectangles */
        preprocess->resize = preprocess->crop = 0;
    margin = margin && !preprocess->square_first && !both;
    double share = side ? (double)preprocess->resize / side : margin ? 256 / 224.0 : 1;
    if (side || !preprocess->resize)
        preprocess->resize = (int)lround(size * share);
    preprocess->resize_width = both ? preprocess->resize : 0;
    preprocess->crop_width = 0;
    if (preprocess->crop || !preprocess->square_first)
        preprocess->crop = size;
}

void image_size_fit(dn_preprocess *preprocess, const int sides[2], bool margin)
{
    int width, height;
    if (dn_preprocess_fixed_size(preprocess, &width, &height) && height == sides[0] &&
        width == sides[1])
        return;
    if (sides[0] == sides[1]) {
        fit_square(preprocess, sides[0], margin);
        return;
    }
    bool stretches = !preprocess->resize_width || preprocess->fit == DN_FIT_STRETCH;
    preprocess->resize = sides[0];
    preprocess->resize_width = sides[1];
    preprocess->crop = stretches ? 0 : sides[0];
    preprocess->crop_width = stretches ? 0 : sides[1];
}

bool image_size_is(const int sides[2], const char *specification, const dn_preprocess *preprocess)
{
    int width, height;
    char asked[32];
    if (!sides[0])
        return true;
    bool fixed = dn_preprocess_fixed_size(preprocess, &width, &height);
    if (fixed && height == sides[0] && width == sides[1])
        return true;
    snprintf(asked, sizeof asked, sides[0] == sides[1] ? "%d" : "%dx%d", sides[0], sides[1]);
    if (!fixed)
        return complain("--image-size %s, but --preprocess %s makes pictures of any size", asked,
                        specification);
    if (width == height)
        return complain("--image-size %s, but --preprocess %s makes squares of %d", asked,
                        specification, width);
    return complain("--image-size %s, but --preprocess %s makes pictures of %dx%d, height x width",
                    asked, specification, height, width);
}
