/* SPDX-License-Identifier: MIT */
/* From pictures to the network's input. */
#include "files/image_size.h"
#include "files/picture_window.h"
#include "run/train_run.h"
#include "run/train_settings.h"
#include "ui/report.h"

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

static bool check_pipeline(const train_run *run, const dn_arch *arch)
{
    const dn_preprocess *preprocess = &run->preprocess;
    if (preprocess->channels != arch->channels)
        return complain("train: preprocessing to %d channel%s for a network that takes %d",
                        preprocess->channels, preprocess->channels == 1 ? "" : "s", arch->channels);
    return image_size_is(train_chosen.image_size, train_chosen.preprocess, preprocess);
}

bool train_pipeline_choose(train_run *run, const dn_model *start)
{
    const dn_arch *arch = dn_model_arch(start);
    dn_preprocess *preprocess = &run->preprocess;
    bool imagenet = dn_arch_shrinks(arch), recorded = dn_model_preprocess(start, preprocess);
    if (!usual_pipeline(run, recorded, preprocess))
        return false;
    int width, height, usual = imagenet ? 224 : 32, sides[2] = {usual, usual};
    bool asked = train_chosen.image_size[0] > 0;
    bool kept = recorded && !asked && dn_preprocess_fixed_size(preprocess, &sides[1], &sides[0]);
    if (asked)
        memcpy(sides, train_chosen.image_size, sizeof sides);
    if (!kept)
        image_size_fit(preprocess, sides, imagenet);
    preprocess->channels = arch->channels;
    if (train_chosen.preprocess &&
        !ok_or_complain(dn_preprocess_parse(train_chosen.preprocess, preprocess)))
        return false;
    preprocess->exif_orientation = preprocess->exif_orientation || train_chosen.exif_orientation;
    if (!picture_window(train_chosen.window, preprocess))
        return false;
    if (!dn_preprocess_fixed_size(preprocess, &width, &height))
        image_size_fit(preprocess, sides, imagenet);
    return dn_preprocess_fixed_size(preprocess, &run->width, &run->height) &&
           check_pipeline(run, arch);
}
