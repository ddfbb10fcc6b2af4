/* SPDX-License-Identifier: MIT */
/* The flags of `densenet train`, its recipes and defaults. */
#include "arguments/network.h"
#include "run/train_settings.h"
#include "ui/report.h"

#include <string.h>

train_settings train_chosen;

const option_row train_options[] = {
    {"val", 0, OPTION_FILE, &train_chosen.val, "DATA", "data to validate on", 0, 0},
    {"val-split", 0, OPTION_FLOAT, &train_chosen.val_split, "X",
     "share of the training data held back to validate on, where --val names none (0.1)", 0, 0.9},
    {"output", 'o', OPTION_FILE, &train_chosen.output, "RUN",
     "folder of the run (runs/ARCH-DATE-TIME)", 0, 0},
    {"resume", 0, OPTION_FILE, &train_chosen.resume, "RUN",
     "go on with a run, by its settings and what is given here, which it keeps", 0, 0},
    {"recipe", 0, OPTION_TEXT, &train_chosen.recipe, "paper-cifar|paper-imagenet|finetune",
     "settings that are not given: the paper's for CIFAR or ImageNet, or for few pictures", 0, 0},
    {"arch", 'a', OPTION_TEXT, &train_chosen.arch, "ARCH",
     "network to train (densenet121; densenet-bc-100-12 for CIFAR files)", 0, 0},
    {"init", 0, OPTION_FILE, &train_chosen.init, "FILE",
     "weights to start from; another number of classes gets a new classifier", 0, 0},
    {"init-scheme", 0, OPTION_TEXT, &train_chosen.init_scheme, "pytorch|paper",
     "random weights: PyTorch's defaults or the paper's (paper)", 0, 0},
    {"freeze", 0, OPTION_TEXT, &train_chosen.freeze, "LIST",
     "parts that keep their weights: stem,block1,transition1, or features", 0, 0},
    {"epochs", 'e', OPTION_INT, &train_chosen.epochs, "N", "passes over the data (30)", 1, 100000},
    {"batch-size", 'b', OPTION_INT, &train_chosen.batch_size, "N",
     "pictures in a pass (64, or all where there are fewer)", 1, 65536},
    {"accumulate", 0, OPTION_INT, &train_chosen.accumulate, "N", "passes in a step (1)", 1, 65536},
    {"lr", 0, OPTION_FLOAT, &train_chosen.lr, "X", "learning rate, the highest (0.1; AdamW 0.001)",
     0, 1e3},
    {"schedule", 0, OPTION_TEXT, &train_chosen.schedule, "constant|step|cosine|onecycle",
     "how it changes (cosine)", 0, 0},
    {"milestones", 0, OPTION_TEXT, &train_chosen.milestones, "X,X,...",
     "where step divides by ten, as shares of the run (0.5,0.75)", 0, 0},
    {"warmup", 0, OPTION_FLOAT, &train_chosen.warmup, "X", "epochs of linear rise at first (0)", 0,
     1e5},
    {"optimizer", 0, OPTION_TEXT, &train_chosen.optimiser, "sgd|adamw", "(sgd)", 0, 0},
    {"momentum", 0, OPTION_FLOAT, &train_chosen.momentum, "X",
     "or Adam's beta1 (0.9; onecycle: 0.95 to 0.85 and back)", 0, 0.9999},
    {"nesterov", 0, OPTION_FLAG, &train_chosen.nesterov, NULL, "Nesterov's momentum", 0, 0},
    {"weight-decay", 0, OPTION_FLOAT, &train_chosen.weight_decay, "X", "(1e-4; AdamW 0.01)", 0, 10},
    {"label-smoothing", 0, OPTION_FLOAT, &train_chosen.label_smoothing, "X", "(0)", 0, 0.99},
    {"dropout", 0, OPTION_FLOAT, &train_chosen.dropout, "X",
     "behind each convolution but the first (0)", 0, 0.95},
    {"mixup", 0, OPTION_FLOAT, &train_chosen.mixup, "X", "alpha of its Beta distribution (0: none)",
     0, 100},
    {"ema", 0, OPTION_FLOAT, &train_chosen.ema, "X",
     "decay of averaged weights, which are then the ones kept (0: none)", 0, 0.999999},
    {"clip", 0, OPTION_FLOAT, &train_chosen.clip, "X", "largest norm of the gradient (0: any)", 0,
     1e9},
    {"augment", 0, OPTION_TEXT, &train_chosen.augment, "SPEC",
     "none, cifar or imagenet, with changes: cifar,jpeg=0.5:30:95,blur=0.3:0.3:1 (by the stem)", 0,
     0},
    {"image-size", 0, OPTION_INT, &train_chosen.image_size, "N",
     "height and width of what the network sees (224; CIFAR stems 32)", 1, 4096},
    {"preprocess", 0, OPTION_TEXT, &train_chosen.preprocess, "SPEC",
     "pipeline, recorded in the weights (by data and stem)", 0, 0},
    {"no-shuffle", 0, OPTION_FLAG, &train_chosen.no_shuffle, NULL, "the data's own order", 0, 0},
    {"seed", 0, OPTION_LONG, &train_chosen.seed, "N", "of everything random (0)", 0, 9e15},
    {"memory", 0, OPTION_TEXT, &train_chosen.memory, "normal|low",
     "low recomputes bottleneck maps: less memory, more time (normal)", 0, 0},
    {"eval-every", 0, OPTION_INT, &train_chosen.eval_every, "N", "epochs between validations (1)",
     1, 100000},
    {"max-steps", 0, OPTION_LONG, &train_chosen.max_steps, "N",
     "save and stop after so many steps of this call (0: to the end)", 0, 9e15},
    {"save-minutes", 0, OPTION_FLOAT, &train_chosen.save_minutes, "X",
     "between checkpoints within an epoch (10)", 0, 1e6},
    {"threads", 't', OPTION_INT, &train_chosen.threads, "N", "threads (0: one a core)", 0, 4096},
    {"", 0, OPTION_TABLE, arch_options, NULL, NULL, 0, 0},
    {0},
};

/* Recipes and, with recipe NULL, what holds without one. */
static const struct {
    const char *recipe, *option, *value;
} defaults[] = {
    {"paper-cifar", "epochs", "300"},
    {"paper-cifar", "schedule", "step"},
    {"paper-cifar", "augment", "cifar"},
    {"paper-cifar", "nesterov", "true"},
    {"paper-imagenet", "epochs", "90"},
    {"paper-imagenet", "batch-size", "32"},
    {"paper-imagenet", "accumulate", "8"},
    {"paper-imagenet", "schedule", "step"},
    {"paper-imagenet", "milestones", "0.33333333,0.66666667"},
    {"paper-imagenet", "augment", "imagenet"},
    {"paper-imagenet", "nesterov", "true"},
    {"finetune", "epochs", "10"},
    {"finetune", "batch-size", "16"},
    {"finetune", "lr", "0.01"},
    {"finetune", "warmup", "0.5"},
    {"finetune", "label-smoothing", "0.1"},
    {NULL, "val-split", "0.1"},
    {NULL, "init-scheme", "paper"},
    {NULL, "epochs", "30"},
    {NULL, "batch-size", "64"},
    {NULL, "accumulate", "1"},
    {NULL, "schedule", "cosine"},
    {NULL, "warmup", "0"},
    {NULL, "optimizer", "sgd"},
    {NULL, "label-smoothing", "0"},
    {NULL, "dropout", "0"},
    {NULL, "mixup", "0"},
    {NULL, "ema", "0"},
    {NULL, "clip", "0"},
    {NULL, "seed", "0"},
    {NULL, "memory", "normal"},
    {NULL, "eval-every", "1"},
    {NULL, "save-minutes", "10"},
};

static bool read_resumed(const command *chosen)
{
    const char *run = train_chosen.resume, *output = train_chosen.output;
    if (output && strcmp(output, run) != 0)
        return complain("train: --resume %s goes on in that folder, --output %s is another", run,
                        output);
    return train_settings_read(chosen, run);
}

bool train_settings_complete(const command *chosen)
{
    if (train_chosen.resume && !read_resumed(chosen))
        return false;
    train_chosen.batch_chosen = option_given(&train_chosen.batch_size);
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        bool holds = !defaults[i].recipe ||
                     (train_chosen.recipe && strcmp(defaults[i].recipe, train_chosen.recipe) == 0);
        if (holds && !option_default(chosen, defaults[i].option, defaults[i].value))
            return false;
    }
    bool adam = strcmp(train_chosen.optimiser, "adamw") == 0;
    return option_default(chosen, "lr", adam ? "0.001" : "0.1") &&
           option_default(chosen, "weight-decay", adam ? "0.01" : "1e-4");
}
