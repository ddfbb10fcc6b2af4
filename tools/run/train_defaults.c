/* SPDX-License-Identifier: MIT */
/* Defaults of the flags of `densenet train`. */
#include "arguments/network.h"
#include "arguments/weights.h"
#include "run/launched.h"
#include "run/run_folder.h"
#include "run/train_settings.h"
#include "ui/report.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const dn_recipe_setting defaults[] = {
    {"init-scheme", "paper"},
    {"epochs", "30"},
    {"batch-size", "64"},
    {"accumulate", "1"},
    {"schedule", "cosine"},
    {"warmup", "0"},
    {"optimizer", "sgd"},
    {"label-smoothing", "0"},
    {"dropout", "0"},
    {"mixup", "0"},
    {"ema", "0"},
    {"clip", "0"},
    {"seed", "0"},
    {"memory", "normal"},
    {"precision", "f32"},
    {"eval-every", "1"},
    {"patience", "0"},
    {"save-minutes", "10"},
};

static bool read_resumed(const command *chosen)
{
    const char *run = train_chosen.resume, *output = train_chosen.output;
    if (output && strcmp(output, run) != 0)
        return complain("train: --resume %s continues in that folder, --output %s is another", run,
                        output);
    return train_settings_read(chosen, run);
}

/* --resume auto: the run of --output if it has got as far as a checkpoint, otherwise a new one. */
static bool resolve_auto(void)
{
    if (!train_chosen.resume || strcmp(train_chosen.resume, "auto") != 0)
        return true;
    if (!train_chosen.output)
        return complain("train: --resume auto goes on with the run in --output RUN, which must be "
                        "named; a folder called auto is ./auto");
    train_chosen.automatic = run_folder_has_checkpoint(train_chosen.output);
    train_chosen.resume = train_chosen.automatic ? train_chosen.output : NULL;
    return true;
}

/* Of all ranks together. */
static bool count_batch(const command *chosen)
{
    int64_t whole = (int64_t)train_chosen.batch_per_rank * launched_count();
    char text[24];
    if (!train_chosen.batch_per_rank)
        return true;
    if (option_given(&train_chosen.batch_size) && train_chosen.batch_size != whole)
        return complain("train: --batch-per-rank %d comes to %lld in %d ranks, but --batch-size is "
                        "%d%s",
                        train_chosen.batch_per_rank, (long long)whole, launched_count(),
                        train_chosen.batch_size, train_chosen.resume ? " in that run" : "");
    snprintf(text, sizeof text, "%lld", (long long)whole);
    return option_default(chosen, "batch-size", text);
}

/* What is of several ranks, and was asked for of one that was not started with others. */
static bool ranks_have_an_effect(void)
{
    const char *asked = train_chosen.batch_per_rank       ? "batch-per-rank"
                        : train_chosen.sync_bn            ? "sync-bn"
                        : train_chosen.compress_gradients ? "compress-gradients"
                        : train_chosen.bucket_mb > 0      ? "bucket-mb"
                        : train_chosen.log_ranks          ? "log-ranks"
                                                          : NULL;
    return !asked || dn_mpi_launched() ||
           complain("train: --%s is of several ranks, which mpirun starts: mpirun -n 4 densenet "
                    "train ...",
                    asked);
}

/* What was asked for and would change nothing is refused; a recipe's and a resumed run's settings
 * may be of no effect. */
static bool all_has_an_effect(bool nesterov, bool milestones)
{
    if (nesterov && strcmp(train_chosen.optimiser, "sgd") != 0)
        return complain("train: --nesterov is of SGD, --optimizer %s has none",
                        train_chosen.optimiser);
    if (milestones && strcmp(train_chosen.schedule, "step") != 0)
        return complain("train: --milestones is of --schedule step, %s has none",
                        train_chosen.schedule);
    if (train_chosen.mixup > 0 && train_chosen.batch_size / launched_count() < 2)
        return complain("train: --mixup mixes the pictures of a batch, and --batch-size is %d%s",
                        train_chosen.batch_size, launched_machines() ? ", of all ranks" : "");
    if (train_chosen.no_shuffle && train_chosen.sampler &&
        strcmp(train_chosen.sampler, "weighted") == 0)
        return complain("train: --sampler weighted draws pictures at random, --no-shuffle asks for "
                        "the data's order");
    if (!train_chosen.resume && train_chosen.recipe && !train_chosen.init &&
        strcmp(train_chosen.recipe, "finetune") == 0)
        return complain("train: --recipe finetune is for weights to start from, which --init FILE "
                        "names");
    return true;
}

static bool start_is_there(void)
{
    const char *path = train_chosen.init ? weights_path(train_chosen.init) : NULL;
    return !train_chosen.init ||
           (path && (strcmp(path, "builtin") == 0 || access(path, F_OK) == 0 ||
                     complain("%s: cannot be opened: %s", path, strerror(errno))));
}

/* What can be told before the data is read, which may take long. */
static bool options_are_sound(void)
{
    dn_trainer_options unused;
    dn_arch arch;
    return train_settings_trainer(&unused) && start_is_there() &&
           (!train_chosen.augment || ok_or_complain(dn_augment_check(train_chosen.augment))) &&
           (train_chosen.init || (!train_chosen.arch && !arch_described()) ||
            arch_from_options(train_chosen.arch, &arch));
}

static bool all_default(const command *chosen, const dn_recipe_setting *settings, int count)
{
    for (int i = 0; i < count; i++)
        if (!(train_chosen.init && strcmp(settings[i].option, "init-scheme") == 0) &&
            !option_default(chosen, settings[i].option, settings[i].value))
            return false;
    return true;
}

bool train_settings_complete(const command *chosen)
{
    if (!ranks_have_an_effect() || !resolve_auto())
        return false;
    train_chosen.weights_chosen = train_chosen.class_weights || train_chosen.pos_weight;
    train_chosen.smoothing_chosen = option_given(&train_chosen.label_smoothing);
    train_chosen.augment_chosen = train_chosen.augment;
    if ((train_chosen.resume && !read_resumed(chosen)) || !count_batch(chosen))
        return false;
    if (train_chosen.init && !train_chosen.resume && train_chosen.init_scheme)
        return complain("train: --init-scheme is of random weights, --init %s gives others",
                        train_chosen.init);
    if (!train_chosen.init && tensor_option_given())
        return complain("train: --%s is of the file that --init names, and there is none",
                        tensor_option_given());
    bool nesterov = !train_chosen.resume && train_chosen.nesterov;
    bool milestones = !train_chosen.resume && train_chosen.milestones;
    train_chosen.batch_chosen = option_given(&train_chosen.batch_size);
    const dn_recipe_setting *recipe = NULL;
    int settings = 0;
    if (train_chosen.recipe &&
        !ok_or_complain(dn_recipe_find(train_chosen.recipe, &recipe, &settings)))
        return false;
    if (!all_default(chosen, recipe, settings) ||
        !all_default(chosen, defaults, sizeof defaults / sizeof *defaults))
        return false;
    bool adam = strcmp(train_chosen.optimiser, "adamw") == 0;
    return option_default(chosen, "lr", adam ? "0.001" : "0.1") &&
           option_default(chosen, "weight-decay", adam ? "0.01" : "1e-4") && options_are_sound() &&
           all_has_an_effect(nesterov, milestones);
}
