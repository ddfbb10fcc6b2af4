/* SPDX-License-Identifier: MIT */
/* Settings that go together. */
#include "base/status.h"

#include <string.h>

static const dn_recipe_setting paper_cifar[] = {
    {"epochs", "300"},
    {"schedule", "step"},
    {"augment", "cifar"},
    {"nesterov", "true"},
};

static const dn_recipe_setting paper_imagenet[] = {
    {"epochs", "90"},
    {"batch-size", "32"},
    {"accumulate", "8"},
    {"schedule", "step"},
    {"milestones", "0.33333333,0.66666667"},
    {"augment", "imagenet"},
    {"nesterov", "true"},
};

static const dn_recipe_setting finetune[] = {
    {"epochs", "10"},  {"batch-size", "16"},       {"lr", "0.01"},
    {"warmup", "0.5"}, {"label-smoothing", "0.1"},
};

static const dn_recipe_setting xray[] = {
    {"epochs", "10"},       {"batch-size", "16"},
    {"optimizer", "adamw"}, {"lr", "1e-4"},
    {"warmup", "0.5"},      {"augment", "imagenet,flip=0,scale=0.8:1,rotate=10,shift=0.05"},
};

static const struct {
    const char *name;
    const dn_recipe_setting *settings;
    size_t count;
} recipes[] = {
    {"paper-cifar", paper_cifar, sizeof paper_cifar / sizeof *paper_cifar},
    {"paper-imagenet", paper_imagenet, sizeof paper_imagenet / sizeof *paper_imagenet},
    {"finetune", finetune, sizeof finetune / sizeof *finetune},
    {"xray", xray, sizeof xray / sizeof *xray},
};

dn_status dn_recipe_find(const char *name, const dn_recipe_setting **settings, int *count)
{
    DN_NEED(name);
    DN_NEED(settings);
    DN_NEED(count);
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++)
        if (strcmp(name, recipes[i].name) == 0) {
            *settings = recipes[i].settings;
            *count = (int)recipes[i].count;
            return DN_OK;
        }
    return dn_fail(DN_ERROR_ARGUMENT,
                   "%s: unknown recipe; the recipes are paper-cifar, paper-imagenet, finetune and "
                   "xray",
                   name);
}
