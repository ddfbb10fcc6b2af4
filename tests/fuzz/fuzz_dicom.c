/* SPDX-License-Identifier: MIT */
/* DICOM files: the first byte chooses a frame and what becomes of the values. */
#include "densenet.h"

#include <math.h>
#include <stdlib.h>

static const dn_image_limits choices[] = {
    {.voi = DN_VOI_AUTO},
    {.voi = DN_VOI_NONE},
    {.voi = DN_VOI_WINDOW, .window = {40, 400}},
    {.voi = DN_VOI_AUTO, .frame = 2},
};

static void check(const dn_image *image, dn_voi voi)
{
    size_t count = (size_t)image->width * (size_t)image->height;
    const float *shades = image->pixels;
    if (image->depth != 32 || image->channels != 1)
        return;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(shades[i]) || (voi != DN_VOI_NONE && (shades[i] < 0 || shades[i] > 1)))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_image *image;
    if (size == 0)
        return 0;
    dn_image_limits limits = choices[data[0] % (sizeof choices / sizeof *choices)];
    limits.struct_size = sizeof limits;
    limits.max_pixels = 1 << 16;
    if (dn_image_decode(data + 1, size - 1, "picture", &limits, &image) != DN_OK)
        return 0;
    check(image, limits.voi);
    dn_image_free(image);
    return 0;
}
