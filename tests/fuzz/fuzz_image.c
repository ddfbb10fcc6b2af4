/* SPDX-License-Identifier: MIT */
/* Pictures: the first byte chooses a pipeline, the others are a file. HEIF and AVIF are left to the
 * fuzzers of libheif and its video decoders, whose faults are found within seconds:
 * tests/cli/cli_heif.py has damaged files for what is done here. */
#include "densenet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const pipelines[] = {"torchvision",   "timm,channels=1", "xrv",
                                        "none,exif=yes", "cifar10",         "resize=3,crop=7"};

static void preprocess(const dn_image *image, const char *specification)
{
    dn_preprocess chosen;
    int width, height;
    if (dn_preprocess_parse("torchvision", &chosen) != DN_OK ||
        dn_preprocess_parse(specification, &chosen) != DN_OK ||
        dn_preprocess_size(&chosen, image->width, image->height, &width, &height) != DN_OK)
        abort();
    size_t count = (size_t)chosen.channels * (size_t)width * (size_t)height;
    float *tensor = malloc(count * sizeof *tensor);
    if (tensor && dn_preprocess_run(&chosen, image, tensor) == DN_OK)
        for (size_t i = 0; i < count; i++)
            if (!isfinite(tensor[i]))
                abort();
    free(tensor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_image_limits limits = {.struct_size = sizeof limits, .max_pixels = 1 << 18};
    dn_image *image;
    if (size == 0 || (size > 9 && memcmp(data + 5, "ftyp", 4) == 0))
        return 0;
    if (dn_image_decode(data + 1, size - 1, "picture", &limits, &image) != DN_OK)
        return 0;
    preprocess(image, pipelines[data[0] % (sizeof pipelines / sizeof *pipelines)]);
    dn_image_free(image);
    return 0;
}
