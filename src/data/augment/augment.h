/* SPDX-License-Identifier: MIT */
/* What happens to a picture on its way into a training batch. */
#ifndef DN_AUGMENT_H
#define DN_AUGMENT_H

#include "base/random.h"
#include "base/status.h"

typedef enum dn_augment_kind {
    DN_AUGMENT_NONE,    /* the evaluation pipeline */
    DN_AUGMENT_CIFAR,   /* padded with zeros after normalising, cropped at random, flipped */
    DN_AUGMENT_IMAGENET /* torchvision's RandomResizedCrop, flipped */
} dn_augment_kind;

/* Plain data. Chances are 0..1; a chance, strength or side of 0 does nothing. */
typedef struct dn_augment {
    dn_augment_kind kind;
    double flip;                  /* chance of a left-right flip */
    double padding;               /* cifar: pixels on each side */
    double scale_low, scale_high; /* imagenet: part of the picture's area */
    double rotate;                /* degrees, either way */
    double shift;                 /* share of each side, either way */
    double jitter;                /* strength of brightness, contrast and saturation changes */
    double blur_chance, blur_low, blur_high; /* Gaussian blur, its standard deviation */
    double jpeg_chance, jpeg_low, jpeg_high; /* JPEG compression, its quality */
    double erase;  /* chance of random erasing (Zhong et al., 2020; torchvision's ranges) */
    double cutout; /* side of a square that is blanked (DeVries and Taylor, 2017) */
} dn_augment;

/* "none", "cifar" or "imagenet", with changes after it:
 * "cifar,jpeg=0.5:40:95,blur=0.3:0.3:1,cutout=8". Trailing numbers of a list
 * joined by colons may be left out. */
dn_status dn_augment_parse(const char *specification, dn_augment *augment);

typedef struct dn_extent {
    int height, width;
} dn_extent;

/* From a picture to channels x height x width floats, channels and scaling being
 * the pipeline's. With kind none and no changes this is dn_preprocess_run,
 * whose result must then have that size. The others take the geometry from here: imagenet
 * resizes the part that it draws; cifar resizes the whole picture if the pipeline resizes both
 * sides, otherwise the shorter side to the longer of `size`, and takes the centre.
 * Turns, shifts, blur, JPEG and jitter reduce 16-bit pictures to 8 bits. The result is
 * a function of the arguments alone. */
dn_status dn_augment_run(const dn_augment *augment, const dn_preprocess *preprocess, dn_extent size,
                         dn_random random, const dn_image *image, float *tensor);

/* torchvision's RandomResizedCrop: a part of the picture. */
typedef struct dn_crop {
    int x, y, width, height;
} dn_crop;

typedef struct dn_crop_ranges {
    double scale_low, scale_high; /* parts of the area */
    double ratio_low, ratio_high; /* width / height */
} dn_crop_ranges;

dn_crop dn_draw_crop(dn_random *random, int width, int height, const dn_crop_ranges *ranges);

#endif
