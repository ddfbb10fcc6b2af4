/* SPDX-License-Identifier: MIT */
#include "base/json.h"
#include "run/launched.h"
#include "run/train_run.h"
#include "ui/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *file_in(const train_run *run, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", run->folder, name) >= 0)
        return path;
    complain("out of memory for a file's name");
    return NULL;
}

/* The contents of a checkpoint's note, free(). NULL if it has complained. */
static char *write_note(const train_run *run)
{
    const double figures[] = {run->epoch_loss, run->epoch_correct, run->best_score, run->best_loss,
                              run->seconds};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (!isfinite(figures[i])) { /* JSON has no word for it */
            complain("%s: a figure of the run is not a number, so no checkpoint is written",
                     run->folder);
            return NULL;
        }
    json_t *note = json_pack("{s:f, s:f, s:I, s:f, s:f, s:I, s:I, s:f}", "epoch_loss",
                             run->epoch_loss, "epoch_correct", run->epoch_correct, "epoch_pictures",
                             (json_int_t)run->epoch_pictures, "best_score", run->best_score,
                             "best_loss", run->best_loss, "best_epoch", (json_int_t)run->best_epoch,
                             "waited", (json_int_t)run->waited, "seconds", run->seconds);
    char *text = note ? json_dumps(note, JSON_COMPACT) : NULL;
    json_decref(note);
    if (!text)
        complain("out of memory for a checkpoint");
    return text;
}

bool train_checkpoint_save(train_run *run)
{
    if (!launched_first()) {
        run->saved = true;
        return true;
    }
    char *text = write_note(run), *path = text ? file_in(run, "resume.safetensors") : NULL;
    bool sound = path && ok_or_complain(dn_trainer_save(run->trainer, path, text));
    run->saved = run->saved || sound;
    free(text);
    free(path);
    return sound;
}

bool train_checkpoint_restore(train_run *run)
{
    char *path = file_in(run, "resume.safetensors"), *text = NULL;
    if (!path)
        return false;
    if (dn_trainer_restore(run->trainer, path, &text) != DN_OK) {
        refuse();
        free(path);
        return false;
    }
    json_t *note = NULL;
    dn_budget budget;
    dn_budget_begin(strlen(text), &budget);
    dn_json_parse(text, strlen(text), "its note", &budget, &note);
    json_int_t pictures, best_epoch = 0, waited = 0;
    bool sound = note && json_unpack(note, "{s:F, s:F, s:I, s:F, s?F, s?I, s?I, s:F}", "epoch_loss",
                                     &run->epoch_loss, "epoch_correct", &run->epoch_correct,
                                     "epoch_pictures", &pictures, "best_score", &run->best_score,
                                     "best_loss", &run->best_loss, "best_epoch", &best_epoch,
                                     "waited", &waited, "seconds", &run->seconds) == 0;
    if (sound) {
        run->epoch_pictures = pictures;
        run->best_epoch = best_epoch;
        run->waited = waited;
        run->saved = true;
    } else {
        complain("%s: holds no note of a training run", path);
    }
    json_decref(note);
    dn_free(text);
    free(path);
    return sound;
}

static bool save_model(const train_run *run, const dn_model *model, const char *name)
{
    char *path = file_in(run, name);
    bool sound = path != NULL;
    if (sound && dn_model_save(model, path, NULL) != DN_OK) {
        refuse();
        sound = false;
    }
    free(path);
    return sound;
}

bool train_models_save(const train_run *run, bool best)
{
    dn_model *model;
    if (!launched_first())
        return true;
    if (!ok_or_complain(dn_trainer_model(run->trainer, true, &model)))
        return false;
    bool sound = save_model(run, model, "last.safetensors") &&
                 (!best || save_model(run, model, "best.safetensors"));
    dn_model_free(model);
    return sound;
}

bool train_report_shared(const train_run *run)
{
    complaints_hold();
    return launched_agree(train_report_failure(run));
}

bool train_report_failure(const train_run *run)
{
    refuse();
    if (run->saved)
        complain("%s keeps the last checkpoint: densenet train --resume %s continues from there",
                 run->folder, run->folder);
    return false;
}
