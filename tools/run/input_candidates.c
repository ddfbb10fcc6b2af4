/* SPDX-License-Identifier: MIT */
#include "run/input_candidates.h"

#include <string.h>

static const struct {
    const char *name, *specification;
} known[] = {
    {"torchvision, timm, keras (ImageNet's mean and deviation)", "torchvision"},
    {"cifar10 (the paper's)", "cifar10"},
    {"cifar100 (the paper's)", "cifar100"},
    {"CIFAR-10's mean, deviation 0.2", "mean=0.4914:0.4822:0.4465,std=0.2023:0.1994:0.2010"},
    {"x/255: 0..1 (none)", "none"},
    {"x/127.5-1: -1..1", "mean=0.5,std=0.5"},
    {"x: 0..255", "mean=0,std=0.003921569"},
    {"x less ImageNet's mean (caffe's, but RGB)",
     "mean=0.48501961:0.45795686:0.40760392,std=0.003921569"},
    {"xrv: -1024..1024", "xrv"},
};

static bool same_values(const dn_preprocess *a, const dn_preprocess *b)
{
    if (a->scaling != b->scaling || a->scaling == DN_SCALE_XRAY)
        return a->scaling == b->scaling;
    for (int c = 0; c < a->channels; c++)
        if (a->mean[c] != b->mean[c] || a->std[c] != b->std[c])
            return false;
    return true;
}

static dn_preprocess with_values(const dn_preprocess *geometry, const dn_preprocess *values)
{
    dn_preprocess made = *geometry;
    made.scaling = values->scaling;
    memcpy(made.mean, values->mean, sizeof made.mean);
    memcpy(made.std, values->std, sizeof made.std);
    return made;
}

/* Returns the candidate of this scaling, which is added if there is none. */
static input_candidate *add(input_candidate *candidates, int *count, const char *name,
                            const dn_preprocess *preprocess)
{
    for (int i = 0; i < *count; i++)
        if (same_values(&candidates[i].preprocess, preprocess)) {
            candidates[i].name = name ? name : candidates[i].name;
            return &candidates[i];
        }
    candidates[*count] = (input_candidate){.name = name, .preprocess = *preprocess};
    return &candidates[(*count)++];
}

int input_candidates_list(const dn_preprocess *used, const dn_preprocess *recorded,
                          input_candidate candidates[MOST_CANDIDATES])
{
    int count = 0;
    add(candidates, &count, NULL, used)->used = true;
    if (recorded) {
        dn_preprocess made = with_values(used, recorded);
        add(candidates, &count, NULL, &made)->recorded = true;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        dn_preprocess values = {.std = {1, 1, 1}};
        if (dn_preprocess_parse(known[i].specification, &values) != DN_OK)
            continue;
        dn_preprocess made = with_values(used, &values);
        add(candidates, &count, known[i].name, &made);
    }
    for (int i = 0; i < count; i++)
        if (!candidates[i].name)
            candidates[i].name = candidates[i].used ? "the pipeline in use" : "the recorded one";
    return count;
}
