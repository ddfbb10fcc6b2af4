/* SPDX-License-Identifier: MIT */
/* From settings to a run that can start: data, network, folder. */
#include "arguments/network.h"
#include "arguments/weights.h"
#include "base/arithmetic.h"
#include "files/folder.h"
#include "files/labelled.h"
#include "run/launched.h"
#include "run/run_folder.h"
#include "run/run_log.h"
#include "run/shards_fetch.h"
#include "run/train_record.h"
#include "run/train_run.h"
#include "run/train_settings.h"
#include "run/train_signals.h"
#include "ui/memory_headroom.h"
#include "ui/report.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FOLDER_SIZE = 4096 };

static bool is_cifar(const dn_dataset *data)
{
    return strncmp(dn_dataset_format(data), "CIFAR", 5) == 0;
}

static bool check_classes(int outputs)
{
    return !arch_classes_given() || arch_classes_given() == outputs ||
           complain("train: --classes %d: the data has %d", arch_classes_given(), outputs);
}

/* The loaded network. What the options say of it must be so. */
static dn_model *load_start(const train_run *run)
{
    weights_set_task(labelled_task(dn_dataset_objective(run->whole)));
    dn_model *model =
        check_classes(dn_dataset_outputs(run->whole)) ? weights_open(train_chosen.init) : NULL;
    if (!model)
        return NULL;
    if (!arch_is_as_asked(dn_model_arch(model), train_chosen.arch, train_chosen.init)) {
        dn_model_free(model);
        return NULL;
    }
    if (dn_model_temperature(model) != 1)
        complain("warning: %s: its temperature of %g is dropped: training changes what it was "
                 "calibrated for",
                 train_chosen.init, dn_model_temperature(model));
    return train_start_adapt(run, model);
}

static dn_model *random_start(const train_run *run)
{
    dn_arch arch;
    dn_model *model;
    const char *usual = is_cifar(run->whole) ? "densenet-bc-100-12" : "densenet121";
    if (!arch_described() && !option_default(run->chosen, "arch", usual))
        return NULL;
    if (!arch_from_options(train_chosen.arch, &arch))
        return NULL;
    arch.classes = dn_dataset_outputs(run->whole);
    if (!check_classes(arch.classes) || !train_head_may_be_new())
        return NULL;
    bool paper = strcmp(train_chosen.init_scheme, "paper") == 0;
    return ok_or_complain(dn_model_init(&arch, paper ? DN_INIT_PAPER : DN_INIT_PYTORCH,
                                        (uint64_t)train_chosen.seed, &model))
               ? model
               : NULL;
}

static bool set_metadata(const train_run *run, dn_model *start)
{
    const char **names = train_label_names(run->whole);
    bool done =
        names && ok_or_complain(dn_model_set_labels(start, names, dn_dataset_outputs(run->whole)));
    dn_model_set_objective(start, dn_dataset_objective(run->whole));
    dn_model_set_preprocess(start, &run->preprocess);
    free(names);
    return done;
}

/* Few pictures make a smaller batch, unless it was asked for. */
static bool limit_batch(const train_run *run)
{
    int count = dn_dataset_count(run->train);
    if (train_chosen.batch_size < launched_count())
        return complain("train: --batch-size %d: there are %d ranks, and each needs a picture",
                        train_chosen.batch_size, launched_count());
    if (train_chosen.batch_size <= count)
        return true;
    if (train_chosen.batch_chosen)
        return complain("train: --batch-size %d: there %s %d picture%s to train on",
                        train_chosen.batch_size, count == 1 ? "is" : "are", count,
                        count == 1 ? "" : "s");
    train_chosen.batch_size = count;
    return true;
}

static bool open_loader(train_run *run, const dn_arch *arch)
{
    const char *augment = dn_arch_shrinks(arch) ? "imagenet" : "cifar";
    if (!limit_batch(run) || !option_default(run->chosen, "augment", augment))
        return false;
    dn_loader_options loading = {
        .struct_size = sizeof loading,
        .batch = train_chosen.batch_size,
        .size = run->height,
        .width = run->width,
        .threads = 1, /* in addition to those that train */
        .training = true,
        .shuffle = !train_chosen.no_shuffle,
        .prefetch = true,
        .mixup = train_chosen.mixup,
        .seed = (uint64_t)train_chosen.seed,
        .augment = train_chosen.augment,
        .preprocess = run->preprocess,
        .sample_weights = run->sample_weights,
        .part = launched_rank(),
        .parts = launched_count(),
    };
    if (!ok_or_complain(dn_loader_create(run->train, &loading, &run->loader)))
        return false;
    int batches = dn_loader_batches(run->loader);
    run->steps_per_epoch = (batches + train_chosen.accumulate - 1) / train_chosen.accumulate;
    run->epochs = train_chosen.epochs;
    return true;
}

static bool open_trainer(train_run *run, const dn_model *start)
{
    dn_trainer_options *options = &run->options;
    if (!train_settings_trainer(options))
        return false;
    options->batch = dn_ceil_divide(train_chosen.batch_size, launched_count());
    bool classes = dn_dataset_objective(run->whole) == DN_OBJECTIVE_CLASSES;
    *(classes ? &options->class_weights : &options->positive_weights) = run->output_weights;
    options->soft_targets = train_chosen.mixup > 0;
    options->height = run->height;
    options->width = run->width;
    options->steps = run->epochs * run->steps_per_epoch;
    options->warmup = llround(train_chosen.warmup * (double)run->steps_per_epoch);
    run->arch = *dn_model_arch(start);
    report_warnings();
    return train_memory_plan(run, start) &&
           ok_or_complain(dn_trainer_create(start, options, &run->trainer));
}

/* runs/ARCH-DATE-TIME, with a number if another run began in that second, if none was named; valid
 * as long as the program runs. */
static char *choose_folder(const dn_arch *arch)
{
    static char folder[FOLDER_SIZE];
    const char *named = train_chosen.resume ? train_chosen.resume : train_chosen.output;
    if (named) {
        snprintf(folder, sizeof folder, "%s", named);
        return folder;
    }
    char moment[32];
    time_t now = time(NULL);
    struct tm local = {.tm_mday = 1}; /* stays if the clock is beyond all years */
    localtime_r(&now, &local);
    strftime(moment, sizeof moment, "%Y%m%d-%H%M%S", &local);
    int length = snprintf(folder, sizeof folder, "runs/%s-%s", arch->name, moment);
    for (int i = 2; i < 1000 && access(folder, F_OK) == 0; i++)
        snprintf(folder + length, sizeof folder - (size_t)length, "-%d", i);
    return folder;
}

static bool open_folder(train_run *run)
{
    if (!launched_first())
        return !train_chosen.resume || train_checkpoint_restore(run);
    if (train_chosen.resume) /* the settings of this call also hold for the next */
        return run_folder_lock(run->folder, &run->lock) && train_checkpoint_restore(run) &&
               (train_finished(run) ||
                train_settings_write(run->chosen, run->folder,
                                     train_record_entries(dn_trainer_steps(run->trainer))));
    return folder_make(run->folder) && run_folder_lock(run->folder, &run->lock) &&
           run_folder_is_free(run->folder) &&
           train_settings_write(run->chosen, run->folder, train_record_entries(0));
}

static bool open_network(train_run *run)
{
    dn_model *start = train_chosen.init ? load_start(run) : random_start(run);
    bool done = start && train_pipeline_choose(run, start) && set_metadata(run, start) &&
                open_loader(run, dn_model_arch(start)) && train_record_make(run, start) &&
                open_trainer(run, start);
    dn_model_free(start);
    return done;
}

static void print_plan(const train_run *run)
{
    train_data_describe(run);
    train_weights_describe(run);
    train_advise(run);
    if (train_chosen.patience)
        tell("ends after %d validation%s without a better %s, or an equal one and a smaller "
             "loss\n",
             train_chosen.patience, train_chosen.patience == 1 ? "" : "s", train_score_name(run));
    tell("%s, %zu parameters, in %s on %d picture%s (%s); memory planned: %.0f MB\n",
         run->arch.name, dn_arch_parameters(&run->arch), train_chosen.precision,
         dn_dataset_count(run->train), dn_dataset_count(run->train) == 1 ? "" : "s",
         dn_dataset_format(run->whole), 1e-6 * (double)run->bytes);
}

/* What the data makes useless is refused, if it was asked for. */
static bool suits_data(const train_run *run)
{
    if (train_chosen.patience && !run->val)
        return complain("train: --patience %d waits for a better validation, and there is none",
                        train_chosen.patience);
    if (dn_dataset_objective(run->whole) == DN_OBJECTIVE_CLASSES)
        return true;
    if (!train_chosen.resume && train_chosen.smoothing_chosen && train_chosen.label_smoothing > 0)
        return complain("train: --label-smoothing is of classes, and %s has labels",
                        dn_dataset_source(run->whole));
    train_chosen.label_smoothing = 0; /* a recipe's */
    return true;
}

/* Other ranks train the same, or none begins. */
static bool open_together(train_run *run)
{
    const char *const data[] = {train_chosen.data, train_chosen.val};
    if (!shards_fetch(data, 2, train_interrupted)) {
        run->stopped = launched_any(train_interrupted());
        return false;
    }
    bool opened =
        train_data_open(run) && suits_data(run) && train_weights_choose(run) && open_network(run);
    if (!launched_agree(opened) || !train_ranks_agree(run) || !train_states_agree(run))
        return false;
    char *folder = choose_folder(&run->arch);
    run->folder = folder;
    launched_serve(folder);
    return launched_take_firsts(folder, FOLDER_SIZE) && launched_agree(open_folder(run)) &&
           (!train_chosen.resume || train_states_agree(run));
}

bool train_run_open(const command *chosen, train_run *run)
{
    *run = (train_run){.chosen = chosen,
                       .best_score = -1,
                       .best_loss = DBL_MAX,
                       .bytes = memory_in_use(),
                       .lock = -1};
    if (!open_together(run))
        return false;
    if (train_finished(run))
        return true;
    int64_t steps = dn_trainer_steps(run->trainer);
    dn_loader_seek(run->loader, steps / run->steps_per_epoch,
                   (int)(steps % run->steps_per_epoch) * train_chosen.accumulate);
    if (train_chosen.log_ranks)
        run->ranks = ranks_log_open(run->folder, steps);
    if (!launched_agree(run->ranks || !train_chosen.log_ranks))
        return false;
    if (!launched_first())
        return launched_agree(true);
    run->log = run_log_open(run->folder, dn_dataset_objective(run->whole) == DN_OBJECTIVE_LABELS,
                            steps, train_epoch_open(run));
    if (run->log)
        print_plan(run);
    return launched_agree(run->log != NULL);
}

void train_run_close(train_run *run)
{
    if (run->log)
        fclose(run->log);
    ranks_log_close(run->ranks);
    dn_trainer_free(run->trainer);
    dn_loader_free(run->loader);
    if (run->train != run->whole)
        dn_dataset_free(run->train);
    if (run->val != run->val_source)
        dn_dataset_free(run->val);
    dn_dataset_free(run->val_source);
    dn_dataset_free(run->whole);
    free(run->output_weights);
    free(run->sample_weights);
    if (run->lock >= 0)
        close(run->lock);
}
