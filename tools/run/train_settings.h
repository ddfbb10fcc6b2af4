/* SPDX-License-Identifier: MIT */
/* The settings of `densenet train`: flags, then a resumed run's settings, then
 * the recipe, then defaults; the first that is given counts. */
#ifndef TOOL_TRAIN_SETTINGS_H
#define TOOL_TRAIN_SETTINGS_H

#include "arguments/options.h"
#include "densenet.h"

#include <jansson.h>

typedef struct train_settings {
    const char *data, *val, *output, *resume, *recipe; /* data: the argument */
    const char *arch, *init, *init_scheme, *freeze, *augment, *preprocess;
    bool exif_orientation;
    const char *schedule, *milestones, *optimiser, *memory, *precision;
    const char *class_weights, *pos_weight, *sampler;
    const char *compress_gradients;
    double bucket_mb;
    bool sync_bn, log_ranks;
    int batch_per_rank;
    double val_split, lr, warmup, momentum, weight_decay, label_smoothing, dropout, mixup, ema,
        clip, save_minutes;
    int epochs, batch_size, accumulate, eval_every, patience;
    const char *window;
    int image_size[2]; /* height and width; 0: by the pipeline or the stem */
    int64_t seed, max_steps;
    bool nesterov, no_shuffle;
    bool automatic;    /* --resume auto found a run, which keeps its settings */
    bool batch_chosen; /* batch_size named by the user, or by the resumed run */
    bool weights_chosen, smoothing_chosen, augment_chosen; /* named in this call */
} train_settings;

extern train_settings train_chosen;
extern const option_row train_options[];

/* Completes train_chosen. Complains and returns false if it cannot. */
bool train_settings_complete(const command *chosen);

/* Whether all that is recorded is UTF-8; says what is not. */
bool train_settings_are_text(const command *chosen);

/* Writes RUN/settings.json with the entries of a record, which it takes; and reads it back for
 * options that are not given. */
bool train_settings_write(const command *chosen, const char *run, json_t *record);
bool train_settings_read(const command *chosen, const char *run);

/* An entry of the resumed run's settings that is not a setting: "calls", a list of objects, or
 * "resolved", an object (train_record.h). NULL if there is none. */
const json_t *train_settings_recorded(const char *name);

/* An option that this call gives otherwise than the resumed run has it; NULL if there is none. */
const char *train_settings_changed(void);

/* The values of all options on which a run's numbers depend; or of those that are not given. */
json_t *train_settings_values(const command *chosen, bool all);

/* Records which part of the data (NULL: none) is used as "train-part" or "val-part".
 * Complains and returns false if the resumed run used another. */
bool train_settings_part(const char *name, const char *part);

/* Records a size of the data, "outputs" or "pictures". Complains and returns false if the resumed
 * run had another: it could not go on with the same bits. */
bool train_settings_size(const char *name, int size);

/* Records the weights of classes or labels as a list, which is kept. Complains and returns false if
 * the resumed run had others, though its option was not given anew. */
bool train_settings_weights(const char *list);

/* The trainer's options, except sizes and steps; false if it complained. */
bool train_settings_trainer(dn_trainer_options *options);

#endif
