/* SPDX-License-Identifier: MIT */
/* From pictures to the network's input. */
#include "run/train_run.h"
#include "run/train_settings.h"
#include "ui/report.h"

#include <math.h>
#include <string.h>

/* The recorded pipeline; otherwise the data's, if it has one, or the stem's. */
static bool usual_pipeline(const train_run *run, bool recorded, dn_preprocess *preprocess)
{
    const char *format = dn_dataset_format(run->whole);
    if (recorded || strncmp(format, "CIFAR", 5) != 0)
        return true;
    return ok_or_complain(
        dn_preprocess_parse(strcmp(format, "CIFAR-100") == 0 ? "cifar100" : "cifar10", preprocess));
}

/* Makes a pipeline yield squares of `size`, in its own proportions. */
static void fit_pipeline(dn_preprocess *preprocess, int size, bool imagenet)
{
    int side = dn_preprocess_side(preprocess);
    bool stretched = preprocess->resize_width > 0;
    if (!side && (stretched || preprocess->crop_width)) /* other rectangles */
        preprocess->resize = preprocess->crop = 0;
    bool margin = imagenet && !preprocess->square_first && !stretched;
    double share = side ? (double)preprocess->resize / side : margin ? 256 / 224.0 : 1;
    if (side || !preprocess->resize)
        preprocess->resize = (int)lround(size * share);
    preprocess->resize_width = stretched ? preprocess->resize : 0;
    preprocess->crop_width = 0;
    if (preprocess->crop || !preprocess->square_first)
        preprocess->crop = size;
}

static bool check_pipeline(const train_run *run, const dn_arch *arch)
{
    const dn_preprocess *preprocess = &run->preprocess;
    int side = train_chosen.image_size;
    if (side && run->width != run->height)
        return complain("train: --image-size %d, but --preprocess %s makes pictures of %dx%d", side,
                        train_chosen.preprocess, run->width, run->height);
    if (side && run->height != side)
        return complain("train: --image-size %d, but --preprocess %s makes squares of %d", side,
                        train_chosen.preprocess, run->height);
    if (preprocess->channels != arch->channels)
        return complain("train: preprocessing to %d channel%s for a network that takes %d",
                        preprocess->channels, preprocess->channels == 1 ? "" : "s", arch->channels);
    return true;
}

bool train_pipeline_choose(train_run *run, const dn_model *start)
{
    const dn_arch *arch = dn_model_arch(start);
    dn_preprocess *preprocess = &run->preprocess;
    bool imagenet = dn_arch_shrinks(arch), recorded = dn_model_preprocess(start, preprocess);
    if (!usual_pipeline(run, recorded, preprocess))
        return false;
    int width, height, size = train_chosen.image_size;
    bool kept = recorded && !size && dn_preprocess_fixed_size(preprocess, &width, &height);
    if (!size)
        size = kept ? height : imagenet ? 224 : 32;
    if (!kept && size != dn_preprocess_side(preprocess))
        fit_pipeline(preprocess, size, imagenet);
    preprocess->channels = arch->channels;
    if (train_chosen.preprocess &&
        !ok_or_complain(dn_preprocess_parse(train_chosen.preprocess, preprocess)))
        return false;
    preprocess->exif_orientation = preprocess->exif_orientation || train_chosen.exif_orientation;
    if (!dn_preprocess_fixed_size(preprocess, &width, &height))
        fit_pipeline(preprocess, size, imagenet);
    return dn_preprocess_fixed_size(preprocess, &run->width, &run->height) &&
           check_pipeline(run, arch);
}
