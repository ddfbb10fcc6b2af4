/* SPDX-License-Identifier: MIT */
/* A training run: its folder, its state, its loop. */
#ifndef TOOL_TRAIN_RUN_H
#define TOOL_TRAIN_RUN_H

#include "arguments/options.h"
#include "densenet.h"
#include "run/ranks_log.h"
#include "run/skipped_pictures.h"

#include <stdio.h>

typedef struct train_run {
    const command *chosen; /* whose options were given */
    const char *folder;
    int lock;                /* on the folder; -1: none */
    dn_dataset *train, *val; /* val NULL: none */
    dn_dataset *whole;       /* if both are parts of one, otherwise NULL */
    dn_dataset *val_source;  /* owner of val if it was opened separately */
    dn_preprocess preprocess;
    int height, width; /* of the pictures */
    dn_loader *loader;
    dn_trainer *trainer;
    dn_trainer_options options;
    dn_arch arch;
    size_t bytes; /* of memory planned, the program itself included */
    bool saved;   /* the folder holds a checkpoint */
    bool stopped; /* a signal came before there was a step */
    int64_t epochs, steps_per_epoch;
    FILE *log;        /* NULL in ranks other than the first */
    ranks_log *ranks; /* NULL: none */

    float *output_weights;  /* of classes, or of positive labels; NULL: none */
    double *sample_weights; /* of the pictures to train on; NULL: each once an epoch */

    skipped_pictures *skipped; /* that this call could not read to train on */
    int64_t skipped_val;       /* or to validate on; of the first rank */
    int64_t turned, faint;     /* of its first epoch, as picture_notices has them */
    bool noticed;              /* that has been said */

    /* The contents of a checkpoint's note. */
    double epoch_loss, epoch_correct; /* sums over the epoch so far */
    int64_t epoch_pictures;           /* 0 once the epoch has ended */
    double best_score, best_loss;     /* of the best validation so far */
    int64_t best_epoch;               /* its epoch; 0: none */
    int64_t waited;                   /* validations since, none of which was better */
    double seconds;                   /* of training, earlier calls included */
} train_run;

/* Opens data, network and folder according to train_chosen, and restores the
 * checkpoint if a run is resumed. Complains and returns false if it cannot;
 * close either way. */
bool train_run_open(const command *chosen, train_run *run);
void train_run_close(train_run *run);

/* True if the last step ended an epoch that is still to be validated and logged:
 * the checkpoint was made before that. */
bool train_epoch_open(const train_run *run);

/* True if so many validations were no better that --patience has ended. */
bool train_out_of_patience(const train_run *run);

/* True if the last epoch has ended, or the run has ended early. */
bool train_finished(const train_run *run);

/* To the last epoch, or until it is interrupted; the exit status. */
int train_run_loop(train_run *run);

/* ---- train_data.c ---- */

/* Opens what is trained and validated on. */
bool train_data_open(train_run *run);

/* Prints a line on what validates, to standard error. */
void train_data_describe(const train_run *run);

/* The names of a data set's classes; free(). NULL if it has complained. */
const char **train_label_names(const dn_dataset *data);

/* What the best weights are best in: "accuracy" or "mean AUROC". */
const char *train_score_name(const train_run *run);

/* ---- train_ranks.c ---- */

/* Whether all ranks are the same program with the same settings on the same data; and have the same
 * weights after as many steps. Those that differ complain; false in all of them. */
bool train_ranks_agree(const train_run *run);
bool train_states_agree(const train_run *run);

/* ---- train_advice.c ---- */

/* Warns if pictures that look like X-rays are treated as photographs. */
void train_advise(const train_run *run);

/* ---- train_weights.c ---- */

/* Sets run->output_weights and run->sample_weights as the options say. */
bool train_weights_choose(train_run *run);

/* Prints a line on the weights of outputs, if there are any, to standard error. */
void train_weights_describe(const train_run *run);

/* ---- train_start.c ---- */

/* The network of --init, or NULL if it has complained: its stem is made for --channels, its outputs
 * are brought into the order of the data's names, or replaced by a new head. Takes the model. */
dn_model *train_start_adapt(const train_run *run, dn_model *model);

/* Complains and returns false if --freeze names the head, which is random. */
bool train_head_may_be_new(void);

/* ---- train_pipeline.c ---- */

/* The pipeline that evaluation and prediction will use: the recorded or usual
 * one, changed by --preprocess and made to yield one size, a square unless it says
 * otherwise. Sets run->preprocess, run->height and run->width. */
bool train_pipeline_choose(train_run *run, const dn_model *start);

/* ---- train_memory.c ---- */

/* How the run validates. */
dn_evaluate_options train_validation(const train_run *run);

/* Adds to run->bytes, which the process has taken so far, what training from this
 * model will take, validation included. Complains and returns false if the
 * machine has less. */
bool train_memory_plan(train_run *run, const dn_model *start);

/* ---- train_checkpoint.c ---- */

/* RUN/resume.safetensors. */
bool train_checkpoint_save(train_run *run);
bool train_checkpoint_restore(train_run *run);

/* RUN/last.safetensors, and best.safetensors too if this is the best. */
bool train_models_save(const train_run *run, bool best);

/* Complains with dn_last_error() and, if possible, how to resume; returns false. shared: of a fault
 * that all ranks have. */
bool train_report_failure(const train_run *run);
bool train_report_shared(const train_run *run);

#endif
